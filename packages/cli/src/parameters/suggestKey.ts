/** Names from libraries, samples and the portal, and the keys they correspond to; `tenant` is part of `authority`. */
const aliases: Readonly<Record<string, string>> = {
  tenantid: "tenant",
  directoryid: "tenant",
  authorityurl: "authority",
  issuer: "oidc_authority",
  appid: "client_id",
  applicationid: "client_id",
  clientsecret: "secret",
  scopes: "scope",
  url: "endpoint",
  certificatethumbprint: "thumbprint",
  privatekey: "private_key_file",
  key: "private_key_file",
  certificate: "certificate_file",
};

/** Returns the key that was probably intended, or `tenant`; `undefined` if no name is close. */
export function suggestKey(unknown: string, keys: readonly string[]): string | undefined {
  const candidates = { ...aliases, tenant: "tenant", ...Object.fromEntries(keys.map((key) => [bare(key), key])) };
  const given = bare(unknown).slice(0, 40);
  const [best] = Object.entries(candidates)
    .map(([name, key]) => ({ key, away: distance(given, name), limit: Math.floor(name.length / 4) }))
    .filter(({ away, limit }) => away <= limit)
    .sort((a, b) => a.away - b.away);
  return best?.key;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The number of letters to insert, delete or change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [at, other] of [...to].entries()) {
      const changed = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
