import type { Application, AppRole, PermissionScope } from "../applications/applicationProperties.ts";
import type { Directory } from "../directory.ts";
import {
  createServicePrincipalFor,
  findServicePrincipalByAppId,
  type ServicePrincipal,
} from "../servicePrincipals/servicePrincipals.ts";
import { addAppRoleAssignment, grantScopes } from "./permissionGrants.ts";

/** An API in a consent request, with the permissions requested on it. */
export interface RequestedPermissions {
  readonly resource: ServicePrincipal;
  readonly appRoles: readonly AppRole[];
  readonly scopes: readonly PermissionScope[];
}

/** Returns the declared permissions (`requiredResourceAccess`) that exist in the tenant. */
export function declaredPermissions(
  directory: Directory,
  tenantId: string,
  application: Application,
): readonly RequestedPermissions[] {
  return application.requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) => {
    const resource = findServicePrincipalByAppId(directory, tenantId, resourceAppId);
    if (resource === undefined) {
      return [];
    }
    const appRoles = declaredOf("Role", resource.appRoles, resourceAccess);
    const scopes = declaredOf("Scope", resource.oauth2PermissionScopes, resourceAccess);
    return appRoles.length + scopes.length === 0 ? [] : [{ resource, appRoles, scopes }];
  });
}

/** The enabled permissions of one kind, in the order of the registration. */
function declaredOf<Permission extends { readonly id: string; readonly isEnabled: boolean }>(
  type: "Role" | "Scope",
  offered: readonly Permission[],
  declared: readonly { readonly id: string; readonly type: string }[],
): readonly Permission[] {
  const ids = new Set(declared.filter((access) => access.type === type).map(({ id }) => id));
  return [...ids].flatMap((id) => offered.find((permission) => permission.isEnabled && permission.id === id) ?? []);
}

/**
 * Returns the client id of an API that the registration declares and the tenant does not have; `undefined` if there is
 * none.
 */
export function findMissingApi(
  directory: Directory,
  tenantId: string,
  { requiredResourceAccess }: Application,
): string | undefined {
  return requiredResourceAccess.find(
    ({ resourceAppId }) => findServicePrincipalByAppId(directory, tenantId, resourceAppId) === undefined,
  )?.resourceAppId;
}

/**
 * Consents for the whole tenant: creates the service principal when it is missing, an app role assignment for each
 * application permission, and one grant for all users for each API with delegated permissions. Consenting again changes
 * nothing.
 */
export function grantAdminConsent(
  directory: Directory,
  tenantId: string,
  application: Application,
  permissions: readonly RequestedPermissions[],
): ServicePrincipal {
  return directory.database.transaction(() => {
    const client =
      findServicePrincipalByAppId(directory, tenantId, application.appId) ??
      createServicePrincipalFor(directory, tenantId, application);
    for (const { resource, appRoles, scopes } of permissions) {
      for (const role of appRoles) {
        addAppRoleAssignment(directory, {
          principalId: client.id,
          principalType: "ServicePrincipal",
          resourceId: resource.id,
          appRoleId: role.id,
        });
      }
      if (scopes.length > 0) {
        const grant = { clientId: client.id, resourceId: resource.id, principalId: undefined };
        grantScopes(
          directory,
          grant,
          scopes.map((scope) => scope.value),
        );
      }
    }
    return client;
  });
}
