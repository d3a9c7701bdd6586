import { tenantPolicy } from "../../directory/tenants/tenantPolicy.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { TokenServiceContext } from "../context.ts";
import { resolveTenant } from "../tenantSegment.ts";

/** A tenant and one of its user flows, as an Azure AD B2C authority names them. */
export interface UserFlow {
  readonly tenant: Tenant;
  /** As registered, such as `B2C_1_susi`. */
  readonly name: string;
}

/** Finds the user flow of a path `/{tenant}/{policy}/...`; letter case does not matter. */
export function findUserFlow(
  { directory }: TokenServiceContext,
  segment: string,
  policy: string,
): UserFlow | undefined {
  const resolved = resolveTenant(directory, segment);
  if (resolved.kind !== "tenant") {
    return undefined;
  }
  const { userFlows } = tenantPolicy(directory, resolved.tenant.id);
  const name = userFlows.find((candidate) => candidate.toLowerCase() === policy.toLowerCase());
  return name === undefined ? undefined : { tenant: resolved.tenant, name };
}

/** B2C: with a trailing slash, and without the policy. */
export function userFlowIssuer({ url }: TokenServiceContext, tenant: Tenant): string {
  return `${url}/${tenant.id}/v2.0/`;
}

/** B2C answers for an unknown flow with a page of its web server. */
export function unknownUserFlow(): PlainResponse {
  return {
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: "The resource you are looking for has been removed, had its name changed, or is unavailable.",
  };
}
