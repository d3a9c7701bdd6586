import { listAppRoleAssignments } from "./directory/grants.ts";
import type { ServicePrincipal } from "./directory/servicePrincipals.ts";
import type { PlatformContext } from "./platformContext.ts";

/** The application permissions that an application without a user has on an API. */
export interface GrantedRoles {
  /** The values of enabled app roles. */
  readonly roles: readonly string[];
  /** True also for an assignment without a role (default access). */
  readonly isAssigned: boolean;
}

export function rolesOn(
  { directory }: PlatformContext,
  client: ServicePrincipal,
  resource: ServicePrincipal,
): GrantedRoles {
  const assignments = listAppRoleAssignments(directory, client.id).filter(
    (assignment) => assignment.resourceId === resource.id,
  );
  const roles = assignments.flatMap(({ appRoleId }) => {
    const role = resource.appRoles.find((offered) => offered.id === appRoleId);
    return role?.isEnabled === true && role.value !== null ? [role.value] : [];
  });
  return { roles, isAssigned: assignments.length > 0 };
}
