import type { Directory } from "./directory.ts";
import { addAppRoleAssignment } from "./grants.ts";
import { findServicePrincipalByAppId } from "./servicePrincipals.ts";
import type { User } from "./users.ts";
import { defaultAccessAppRoleId } from "./wellKnown.ts";

/** Assigns the user to an application, with one of its app roles or without. Throws on an unknown application or role. */
export function assignUser(
  directory: Directory,
  tenantId: string,
  appId: string,
  user: User,
  appRole: string | undefined,
): void {
  const resource = findServicePrincipalByAppId(directory, tenantId, appId);
  if (resource === undefined) {
    throw new Error(`The tenant has no service principal for client id ${appId}`);
  }
  const role = resource.appRoles.find(({ value, id }) => value === appRole || id === appRole);
  if (appRole !== undefined && role === undefined) {
    throw new Error(`${resource.displayName} has no app role ${appRole}`);
  }
  addAppRoleAssignment(directory, {
    principalId: user.id,
    principalType: "User",
    resourceId: resource.id,
    appRoleId: role?.id ?? defaultAccessAppRoleId,
  });
}
