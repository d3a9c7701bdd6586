/** A cloud's sign-in hosts: where to send requests, and the name that groups them in the cache. */
export interface Cloud {
  /** The host that requests are sent to. */
  readonly network: string;
  /** The host that tokens are grouped under: all aliases share it. */
  readonly cache: string;
  readonly aliases: readonly string[];
}

/**
 * Microsoft's clouds as its instance discovery publishes them; the sovereign `sovcloud` hosts have no aliases.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
const clouds: readonly Cloud[] = [
  {
    network: "login.microsoftonline.com",
    cache: "login.windows.net",
    aliases: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
  },
  {
    network: "login.partner.microsoftonline.cn",
    cache: "login.partner.microsoftonline.cn",
    aliases: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
  },
  {
    network: "login.microsoftonline.us",
    cache: "login.microsoftonline.us",
    aliases: ["login.microsoftonline.us", "login.usgovcloudapi.net"],
  },
  ...[
    "login.microsoftonline.de",
    "login-us.microsoftonline.com",
    "login.sovcloud-identity.fr",
    "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg",
  ].map((host) => ({ network: host, cache: host, aliases: [host] })),
];

/** The cloud that a sign-in host belongs to, including regional hosts (`{region}.login.microsoft.com`). */
export function cloudOf(host: string): Cloud | undefined {
  const known = clouds.find((cloud) => cloud.aliases.includes(host));
  if (known) {
    return known;
  }
  const region = /^[a-z0-9]+\.(.+)$/.exec(host);
  if (region?.[1] === undefined) {
    return undefined;
  }
  const parent = clouds.find((cloud) => cloud.aliases.includes(region[1] ?? ""));
  return parent && { ...parent, network: host };
}

/** The host whose subdomains are a cloud's regional services; `undefined` for an unknown host or a regional one. */
export function regionalHostOf(host: string): string | undefined {
  const network = clouds.find(({ aliases }) => aliases.includes(host))?.network;
  return network === "login.microsoftonline.com" ? "login.microsoft.com" : network;
}

/** The cloud of a host as instance discovery describes it; `undefined` if no entry lists the host. */
export function readCloud(host: string, metadata: readonly unknown[]): Cloud | undefined {
  for (const entry of metadata as readonly (Record<string, unknown> | null)[]) {
    const { preferred_network: network, preferred_cache: cache, aliases } = entry ?? {};
    if (!isHost(network) || !isHost(cache) || !Array.isArray(aliases) || !aliases.includes(host)) {
      continue;
    }
    return { network, cache, aliases: aliases.filter(isHost) };
  }
  return undefined;
}

function isHost(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(value);
}

/** The origins of an authority: its own, and those of its host's aliases. */
export function originsOf(url: string, discoveredCloud: Cloud | undefined): readonly string[] {
  const { host, origin } = new URL(url);
  return [origin, ...((discoveredCloud ?? cloudOf(host))?.aliases ?? []).map((alias) => `https://${alias}`)];
}
