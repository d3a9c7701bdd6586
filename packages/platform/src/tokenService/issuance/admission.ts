import { Refusal } from "../../aadsts/aadsts.ts";
import type { Authentication } from "../../directory/issuedTokens/authentication.ts";
import { assignedRoleIds } from "../../directory/permissionGrants/assignedRoles.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { tenantPolicy } from "../../directory/tenants/tenantPolicy.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { User } from "../../directory/users/users.ts";
import type { TokenServiceContext } from "../context.ts";

interface Admitted {
  readonly tenant: Tenant;
  readonly user: User;
  readonly authentication: Authentication;
  /** Absent before the first consent in the tenant. */
  readonly client: ServicePrincipal | undefined;
}

/**
 * Refuses a user who may not use the application: disabled, without a required second factor, or without a required
 * assignment.
 */
export function checkAdmission(
  context: TokenServiceContext,
  { tenant, user, authentication, client }: Admitted,
  endpoint: "authorize" | "token",
): void {
  const { directory } = context;
  if (!user.accountEnabled) {
    throw new Refusal("50057", {}, "the user's accountEnabled is false; an administrator can set it to true");
  }
  if (client === undefined) {
    return;
  }
  if (tenantPolicy(directory, tenant.id).requiresSecondFactor && !authentication.methods.includes("mfa")) {
    const why = "the tenant requires a second factor, and this sign-in had none; let the user sign in again";
    throw new Refusal("50076", { resource: client.appId }, why);
  }
  if (client.appRoleAssignmentRequired && assignedRoleIds(directory, user.id, client.id).length === 0) {
    const values = { appName: client.displayName, appId: client.appId, user: user.userPrincipalName };
    const why =
      "the application is for assigned users only; assign one of its app roles (or default access) to the user, or to a group the user is a direct member of";
    throw new Refusal(endpoint === "token" ? "50105:token" : "50105", values, why);
  }
}

/** Refuses an application whose service principal may not sign in. */
export function checkEnabled({ accountEnabled, appId, displayName }: ServicePrincipal): void {
  if (!accountEnabled) {
    const why = "the service principal's accountEnabled is false; set it to true to let the application sign in";
    throw new Refusal("7000112", { appId, appName: displayName }, why);
  }
}
