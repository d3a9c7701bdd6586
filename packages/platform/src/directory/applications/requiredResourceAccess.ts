import { closest } from "fastest-levenshtein";
import type { Directory } from "../directory.ts";
import {
  findServicePrincipalByName,
  findServicePrincipalsByDisplayName,
  type ServicePrincipal,
} from "../servicePrincipals/servicePrincipals.ts";
import type { Application, AppRole, PermissionScope, RequiredResourceAccess } from "./applicationProperties.ts";

/** Permissions of an API that an error lists. */
const longestList = 20;

/** Permissions an application will ask for on one API: named by client id, or by identifier URI or display name. */
export type RequestedResourceAccess = (
  | { readonly resourceAppId: string; readonly name?: undefined }
  | { readonly name: string; readonly resourceAppId?: undefined }
) & {
  /** Application permissions (app roles, for daemons), by value such as `User.Read.All` or by id. */
  readonly permissions?: readonly string[] | undefined;
  /** Delegated permissions (scopes, for signed-in users), by value or id. */
  readonly delegatedPermissions?: readonly string[] | undefined;
};

/** The permissions by their ids, as a registration keeps them. Throws on an unknown API or permission. */
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
    throw new Error(`No API is named ${name} in the tenant: give a client id, an identifier URI or a display name`);
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
    throw new Error(`${resource.displayName} has no ${kind} permission ${name}. ${suggestion(name, offered)}`);
  }
  return found.id;
}

/** What may have been meant: the closest value of a long list, the whole of a short one. */
function suggestion(name: string, offered: readonly (AppRole | PermissionScope)[]): string {
  const values = offered.flatMap(({ value }) => value ?? []);
  return values.length > longestList
    ? `Did you mean ${closest(name.slice(0, 100), values)}?`
    : `It has: ${values.join(", ") || "none"}`;
}
