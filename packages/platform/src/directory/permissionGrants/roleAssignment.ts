import type { AppRole } from "../applications/applicationProperties.ts";
import type { Directory } from "../directory.ts";
import { memberType, type Principal } from "../directoryObjects/principals.ts";
import { findServicePrincipalByAppId, type ServicePrincipal } from "../servicePrincipals/servicePrincipals.ts";
import { defaultAccessAppRoleId } from "../wellKnown.ts";
import { addAppRoleAssignment } from "./permissionGrants.ts";

/** The enabled app roles of an API that users and groups, or applications, can be given. */
export function assignableRoles(resource: ServicePrincipal, kind: ReturnType<typeof memberType>): readonly AppRole[] {
  return resource.appRoles.filter(
    ({ isEnabled, allowedMemberTypes }) => isEnabled && allowedMemberTypes.includes(kind),
  );
}

/** Why the principal cannot be given the role, without a stop at its end; `undefined` when it can. */
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
    : `the app role ${role.value ?? role.id} is not for principals of the kind ${kind}`;
}

/** Assigns it to an application, with one of its app roles or without. Throws on an unknown application or role. */
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
