import { suggestClosest } from "../../core/suggestClosest.ts";
import type { Directory } from "../directory.ts";
import {
  findServicePrincipalByName,
  findServicePrincipalsByDisplayName,
  listServicePrincipals,
  type ServicePrincipal,
} from "../servicePrincipals/servicePrincipals.ts";
import type { Application, AppRole, PermissionScope, RequiredResourceAccess } from "./applicationProperties.ts";

/** The number of permissions of an API up to which an error lists all of them. */
const maxListed = 20;

/**
 * The permissions that an application will request on one API, identified by client id, identifier URI or display name.
 */
export type RequestedResourceAccess = (
  | { readonly resourceAppId: string; readonly name?: undefined }
  | { readonly name: string; readonly resourceAppId?: undefined }
) & {
  /** Application permissions (app roles, for daemons), by value such as `User.Read.All` or by id. */
  readonly permissions?: readonly string[] | undefined;
  /** Delegated permissions (scopes, for signed-in users), by value or id. */
  readonly delegatedPermissions?: readonly string[] | undefined;
};

/** Returns the permissions by id, as a registration stores them. Throws when an API or permission is unknown. */
export function requiredResourceAccess(
  directory: Directory,
  tenantId: string,
  requested: readonly RequestedResourceAccess[],
): Application["requiredResourceAccess"] {
  return requested.map((request): RequiredResourceAccess => {
    const resource = findResource(directory, tenantId, request.resourceAppId ?? request.name);
    const roles = (request.permissions ?? []).map((name) => ({
      id: permissionId(resource, "application", resource.appRoles, name),
      type: "Role" as const,
    }));
    const scopes = (request.delegatedPermissions ?? []).map((name) => ({
      id: permissionId(resource, "delegated", resource.oauth2PermissionScopes, name),
      type: "Scope" as const,
    }));
    return { resourceAppId: resource.appId, resourceAccess: [...roles, ...scopes] };
  });
}

function findResource(directory: Directory, tenantId: string, name: string): ServicePrincipal {
  const found =
    findServicePrincipalByName(directory, tenantId, name) ??
    findServicePrincipalsByDisplayName(directory, tenantId, name)[0];
  if (found === undefined) {
    const names = listServicePrincipals(directory, tenantId, { limit: 1_000 }).items.map(
      ({ displayName }) => displayName,
    );
    throw new Error(
      `No API in the tenant is named ${name}: use a client id, an identifier URI or a display name.${suggestClosest(name, names)}`,
    );
  }
  return found;
}

function permissionId(
  resource: ServicePrincipal,
  kind: "application" | "delegated",
  offered: readonly (AppRole | PermissionScope)[],
  name: string,
): string {
  const found = offered.find((permission) => permission.value === name || permission.id === name);
  if (found === undefined) {
    throw new Error(`${resource.displayName} has no ${kind} permission ${name}.${suggestion(name, offered)}`);
  }
  return found.id;
}

/** Suggests the closest value of a long list, or lists all values of a short one. */
function suggestion(name: string, offered: readonly (AppRole | PermissionScope)[]): string {
  const values = offered.flatMap(({ value }) => value ?? []);
  return values.length > maxListed ? suggestClosest(name, values) : ` It has: ${values.join(", ") || "none"}`;
}
