import type { Directory } from "./directory.ts";
import type { PrincipalType } from "./grants.ts";
import { getGroup } from "./groups.ts";
import { getServicePrincipal } from "./servicePrincipals.ts";
import { getUser } from "./users.ts";

/** A user, a group or a service principal, as far as it can be a member or be given app roles. */
export interface Principal {
  readonly id: string;
  readonly type: PrincipalType;
  readonly displayName: string;
  /** Whether it can be given app roles: a group only when it is security-enabled. */
  readonly isAssignable: boolean;
}

/** By object id; `undefined` when the tenant has no principal with it. */
export function findPrincipal(directory: Directory, tenantId: string, id: string): Principal | undefined {
  const group = getGroup(directory, id);
  if (group?.tenantId === tenantId) {
    return { id: group.id, type: "Group", displayName: group.displayName, isAssignable: group.securityEnabled };
  }
  const user = getUser(directory, id);
  if (user?.tenantId === tenantId) {
    return { id: user.id, type: "User", displayName: user.displayName, isAssignable: true };
  }
  const application = getServicePrincipal(directory, id);
  return application?.tenantId === tenantId
    ? { id: application.id, type: "ServicePrincipal", displayName: application.displayName, isAssignable: true }
    : undefined;
}
