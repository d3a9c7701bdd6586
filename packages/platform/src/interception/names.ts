/** The part of the platform that stands for a name of Microsoft's. */
export type InterceptedService = "login" | "graph" | "resourceManager" | "portalService";

/** The names that are taken over, and what answers for them. All are served on port 443 only. */
export const interceptedNames: ReadonlyMap<string, InterceptedService> = new Map([
  ["login.microsoftonline.com", "login"],
  ["login.windows.net", "login"],
  ["login.microsoft.com", "login"],
  ["sts.windows.net", "login"],
  ["graph.microsoft.com", "graph"],
  ["management.azure.com", "resourceManager"],
  ["main.iam.ad.ext.azure.com", "portalService"],
]);

/** Where each version's issuers begin. Entra: version 1 has a host of its own. */
export const microsoftIssuers: Readonly<Record<1 | 2, string>> = {
  1: "https://sts.windows.net",
  2: "https://login.microsoftonline.com",
};

/**
 * Lines for a hosts file, each name with its loopback addresses: an alternative to the proxy for programs that know
 * none. The platform has to listen on port 443 then.
 */
export function hostsFileLines(): readonly string[] {
  return [...interceptedNames.keys()].flatMap((name) => [`127.0.0.1 ${name}`, `::1 ${name}`]);
}
