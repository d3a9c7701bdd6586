import type { AppRole } from "../applications/applicationProperties.ts";
import type { Directory } from "../directory.ts";
import { memberType, type Principal } from "../directoryObjects/principals.ts";
import { findServicePrincipalByAppId, type ServicePrincipal } from "../servicePrincipals/servicePrincipals.ts";
import { defaultAccessAppRoleId } from "../wellKnown.ts";
import { addAppRoleAssignment } from "./permissionGrants.ts";

/** The enabled app roles of an API that can be assigned to users and groups, or to applications. */
export function assignableRoles(resource: ServicePrincipal, kind: ReturnType<typeof memberType>): readonly AppRole[] {
  return resource.appRoles.filter(
    ({ isEnabled, allowedMemberTypes }) => isEnabled && allowedMemberTypes.includes(kind),
  );
}

/**
 * Returns the reason why the role cannot be assigned to the principal, without a full stop; `undefined` when it can.
 */
export function findUnassignableReason(
  resource: ServicePrincipal,
  principal: Principal,
  appRoleId: string,
): string | undefined {
  if (!principal.isAssignable) {
    return `the group ${principal.displayName} has securityEnabled false: it cannot be assigned`;
  }
  if (appRoleId === defaultAccessAppRoleId) {
    return undefined;
  }
  const role = resource.appRoles.find(({ id, isEnabled }) => id.toLowerCase() === appRoleId && isEnabled);
  if (role === undefined) {
    return `${resource.displayName} has no enabled app role ${appRoleId}`;
  }
  const kind = memberType(principal.type);
  return role.allowedMemberTypes.includes(kind)
    ? undefined
    : `the app role ${role.value ?? role.id} is not for principals of type ${kind}`;
}

/**
 * Assigns a principal to an application, with or without one of its app roles. Throws when the application or role is
 * unknown.
 */
export function assignPrincipal(
  directory: Directory,
  tenantId: string,
  appId: string,
  principal: Principal,
  appRole: string | undefined,
): void {
  const resource = findServicePrincipalByAppId(directory, tenantId, appId);
  if (resource === undefined) {
    throw new Error(`The tenant has no service principal for client id ${appId}`);
  }
  if (!principal.isAssignable) {
    throw new Error(`Group ${principal.displayName} cannot be assigned: its securityEnabled is false`);
  }
  const role = resource.appRoles.find(({ value, id }) => value === appRole || id === appRole);
  if (appRole !== undefined && role === undefined) {
    throw new Error(`${resource.displayName} has no app role ${appRole}`);
  }
  addAppRoleAssignment(directory, {
    principalId: principal.id,
    principalType: principal.type,
    resourceId: resource.id,
    appRoleId: role?.id ?? defaultAccessAppRoleId,
  });
}
