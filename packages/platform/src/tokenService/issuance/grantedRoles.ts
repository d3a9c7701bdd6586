import { Refusal } from "../../aadsts/aadsts.ts";
import { listAppRoleAssignments } from "../../directory/permissionGrants/permissionGrants.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { TokenServiceContext } from "../context.ts";
import type { RequestedResource } from "../resource.ts";

/** The application permissions that an application without a user has on an API. */
export interface GrantedRoles {
  /** The values of enabled app roles. */
  readonly roles: readonly string[];
  /** True also for an assignment without a role (default access). */
  readonly isAssigned: boolean;
}

export function rolesOn(
  { directory }: TokenServiceContext,
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

/** Refuses a client that is none of the assigned applications, where an API is for those only. */
export function checkAssigned(
  client: ServicePrincipal,
  { name, servicePrincipal: resource }: RequestedResource,
  { isAssigned }: GrantedRoles,
): void {
  if (resource.appRoleAssignmentRequired && !isAssigned) {
    throw new Refusal(
      "501051",
      { appId: client.appId, appName: client.displayName, resource: name, resourceName: resource.displayName },
      `${resource.displayName} issues tokens only to assigned applications; assign one of its app roles to this one`,
    );
  }
}
