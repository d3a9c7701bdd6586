import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { TokenServiceContext } from "../context.ts";
import { resolveTenant } from "../tenantSegment.ts";

/** The hosts of the public cloud, so that an assertion for the real service is accepted here unchanged. */
const microsoftOrigins: ReadonlySet<string> = new Set([
  "https://login.microsoftonline.com",
  "https://login.windows.net",
  "https://login.microsoft.com",
  "https://sts.windows.net",
]);

/** After the tenant: both token endpoints, and both forms of the issuer. */
const acceptedPaths: ReadonlySet<string> = new Set(["/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/", ""]);

/** Whether this `aud` means the tenant's token service, under any of the service's names. */
export function isAcceptedAudience(
  context: TokenServiceContext,
  base: string,
  tenant: Tenant,
  audience: string,
): boolean {
  const url = URL.parse(audience);
  if (url === null || url.search !== "" || url.hash !== "") {
    return false;
  }
  const isOurs =
    url.origin === context.url ||
    url.origin === base ||
    (url.protocol === "https:" && context.hosts.isAllowed(url.host)) ||
    microsoftOrigins.has(url.origin);
  const [, segment = "", rest = ""] = /^\/([^/]+)(.*)$/.exec(url.pathname) ?? [];
  if (!isOurs || !acceptedPaths.has(rest)) {
    return false;
  }
  const named = resolveTenant(context.directory, segment);
  return named.kind === "tenant" && named.tenant.id === tenant.id;
}
