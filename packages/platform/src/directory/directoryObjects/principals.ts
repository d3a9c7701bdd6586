import type { Directory } from "../directory.ts";
import { getGroup } from "../groups/groups.ts";
import type { PrincipalType } from "../permissionGrants/permissionGrants.ts";
import { getServicePrincipal } from "../servicePrincipals/servicePrincipals.ts";
import { getUser } from "../users/users.ts";

/** A user, group or service principal, as a member or a holder of app roles. */
export interface Principal {
  readonly id: string;
  readonly tenantId: string;
  readonly type: PrincipalType;
  readonly displayName: string;
  /** Whether app roles can be assigned to it: to a group only when it is security-enabled. */
  readonly isAssignable: boolean;
}

/** By object id. */
export function findPrincipal(directory: Directory, id: string): Principal | undefined {
  const group = getGroup(directory, id);
  return group === undefined
    ? (toPrincipal("User", getUser(directory, id)) ??
        toPrincipal("ServicePrincipal", getServicePrincipal(directory, id)))
    : toPrincipal("Group", group, group.securityEnabled);
}

/** The type in an app role's `allowedMemberTypes`, where groups count as users. */
export function memberType(type: PrincipalType): "Application" | "User" {
  return type === "ServicePrincipal" ? "Application" : "User";
}

function toPrincipal(
  type: PrincipalType,
  found: Pick<Principal, "id" | "tenantId" | "displayName"> | undefined,
  isAssignable: boolean = true,
): Principal | undefined {
  return found && { id: found.id, tenantId: found.tenantId, type, displayName: found.displayName, isAssignable };
}
