import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { Directory } from "../../directory/directory.ts";
import { listAppRoleAssignments, listPermissionGrants } from "../../directory/permissionGrants/permissionGrants.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";

/** A permission of a registration, and whether the tenant has granted it. */
export interface DeclaredPermission {
  readonly id: string;
  readonly type: "Role" | "Scope";
  readonly resourceAppId: string;
  /** The value in tokens, or the id if the tenant does not have the permission. */
  readonly name: string;
  readonly apiName: string;
  readonly isGranted: boolean;
}

export function listDeclared(
  directory: Directory,
  tenantId: string,
  application: Application,
): readonly DeclaredPermission[] {
  const client = findServicePrincipalByAppId(directory, tenantId, application.appId);
  const assignments = client === undefined ? [] : listAppRoleAssignments(directory, client.id);
  const grants = client === undefined ? [] : listPermissionGrants(directory, client.id);
  return application.requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) => {
    const api = findServicePrincipalByAppId(directory, tenantId, resourceAppId);
    return resourceAccess.map(({ id, type }): DeclaredPermission => {
      const role = api?.appRoles.find((offered) => offered.id === id);
      const scope = api?.oauth2PermissionScopes.find((offered) => offered.id === id);
      const name = (type === "Role" ? role?.value : scope?.value) ?? id;
      const isGranted =
        type === "Role"
          ? assignments.some(({ resourceId, appRoleId }) => resourceId === api?.id && appRoleId === id)
          : grants.some(
              (grant) =>
                grant.resourceId === api?.id &&
                grant.principalId === undefined &&
                grant.scope.split(" ").includes(name),
            );
      return { id, type, resourceAppId, name, apiName: api?.displayName ?? resourceAppId, isGranted };
    });
  });
}
