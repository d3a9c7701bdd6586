import type { Directory } from "../directory.ts";
import type { Principal } from "../directoryObjects/principals.ts";
import { findServicePrincipalByAppId } from "../servicePrincipals/servicePrincipals.ts";
import { defaultAccessAppRoleId } from "../wellKnown.ts";
import { addAppRoleAssignment } from "./permissionGrants.ts";

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
