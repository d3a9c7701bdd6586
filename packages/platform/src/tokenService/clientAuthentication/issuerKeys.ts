import { createPublicKey, type KeyObject } from "node:crypto";

/** A public key of another issuer. */
export interface IssuerKey {
  readonly kid: string | undefined;
  readonly key: KeyObject;
}

const loopbackHosts: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
const timeoutMs = 5000;

/**
 * Fetches the keys of an issuer through its discovery document. Only issuers on this machine are contacted: the
 * platform works offline. Throws with the reason if it cannot get them.
 *
 * @see OpenID Connect Discovery 1.0 section 4
 */
export async function fetchIssuerKeys(issuer: string): Promise<readonly IssuerKey[]> {
  const configuration = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (configuration["issuer"] !== issuer) {
    throw new Error(`its discovery document has the issuer ${String(configuration["issuer"]).slice(0, 200)}`);
  }
  return readKeySet(await fetchJson(String(configuration["jwks_uri"])));
}

/** The RSA keys of a JSON Web Key Set; others are skipped. @see RFC 7517 section 5 */
export function readKeySet(keySet: unknown): readonly IssuerKey[] {
  const keys = (keySet as { readonly keys?: unknown } | null)?.keys;
  return (Array.isArray(keys) ? keys : []).flatMap((jwk) => {
    try {
      const key = jwk?.kty === "RSA" ? createPublicKey({ key: jwk, format: "jwk" }) : undefined;
      return key === undefined ? [] : [{ kid: typeof jwk.kid === "string" ? jwk.kid : undefined, key }];
    } catch {
      return [];
    }
  });
}

async function fetchJson(address: string): Promise<Readonly<Record<string, unknown>>> {
  const url = URL.parse(address);
  if (url === null || !loopbackHosts.has(url.hostname)) {
    throw new Error(`${address} is not on this machine; give the issuer's keys with the federated credential`);
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
  if (!response.ok) {
    throw new Error(`${address} answered ${response.status}`);
  }
  const body: unknown = await response.json();
  if (typeof body !== "object" || body === null) {
    throw new Error(`${address} answered no JSON object`);
  }
  return body as Readonly<Record<string, unknown>>;
}
