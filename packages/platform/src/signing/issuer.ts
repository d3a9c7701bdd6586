import { tenantPolicy } from "../directory/tenants/tenantPolicy.ts";
import type { SigningContext } from "./context.ts";

/** The `iss` of a tenant's tokens, whatever host the request was sent to. */
export function issuerOf(
  context: Pick<SigningContext, "directory" | "issuers">,
  tenantId: string,
  version: 1 | 2,
): string {
  if (version === 2 && tenantPolicy(context.directory, tenantId).isExternalId) {
    // The host is the tenant's id, whatever name the authority was reached by.
    return `https://${tenantId}.ciamlogin.com/${tenantId}/v2.0`;
  }
  const issuer = `${context.issuers[version]}/${tenantId}`;
  return version === 1 ? `${issuer}/` : `${issuer}/v2.0`;
}
