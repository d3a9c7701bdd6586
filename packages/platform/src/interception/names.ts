/** The part of the platform that answers for one of Microsoft's names. */
export type InterceptedService = "login" | "graph" | "resourceManager" | "portalService";

/** The intercepted names and what answers for them. All are served on port 443 only. */
export const interceptedNames: ReadonlyMap<string, InterceptedService> = new Map([
  ["login.microsoftonline.com", "login"],
  ["login.windows.net", "login"],
  ["login.microsoft.com", "login"],
  ["sts.windows.net", "login"],
  ["graph.microsoft.com", "graph"],
  ["management.azure.com", "resourceManager"],
  ["main.iam.ad.ext.azure.com", "portalService"],
]);

/** The beginning of each version's issuers. Entra: version 1 has its own host. */
export const microsoftIssuers: Readonly<Record<1 | 2, string>> = {
  1: "https://sts.windows.net",
  2: "https://login.microsoftonline.com",
};

/**
 * Returns lines for a hosts file that point each name to loopback: an alternative for programs that cannot use a proxy.
 * The platform must then listen on port 443.
 */
export function hostsFileLines(): readonly string[] {
  return [...interceptedNames.keys()].flatMap((name) => [`127.0.0.1 ${name}`, `::1 ${name}`]);
}
