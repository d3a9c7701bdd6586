import type { SeedPermissions } from "@latchkey/platform";
import type { ApplicationState } from "../directoryState.ts";
import type { GraphApplication, GraphServicePrincipal, OfferedPermission } from "../graphShapes.ts";

/** The permissions of one application, as a manifest lists them. */
export interface ExportedPermissions {
  readonly permissions: readonly SeedPermissions[];
  /** Whether an administrator has consented to all of them. */
  readonly consented: boolean;
  /** What a manifest cannot express. */
  readonly notes: readonly string[];
}

/** Returns an API's name in the manifest: that of an application in it, a display name, or a client id. */
export type ApiName = (servicePrincipal: GraphServicePrincipal) => string;

export function exportPermissions(
  application: GraphApplication,
  state: ApplicationState,
  servicePrincipals: readonly GraphServicePrincipal[],
  nameOf: ApiName,
): ExportedPermissions {
  const notes: string[] = [];
  const granted: boolean[] = [];
  const permissions = application.requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) => {
    const api = servicePrincipals.find(({ appId }) => appId === resourceAppId);
    if (api === undefined) {
      notes.push(`permissions of ${resourceAppId}: the tenant has no such API`);
      return [];
    }
    const values = (type: "Role" | "Scope", offered: readonly OfferedPermission[]): string[] =>
      resourceAccess
        .filter((access) => access.type === type)
        .flatMap(({ id }) => {
          const found = offered.find((permission) => permission.id === id);
          if (found === undefined) {
            notes.push(`permission ${id} of ${api.displayName}: it is no longer offered`);
          } else {
            granted.push(isGranted(state, api, type, found));
          }
          return found === undefined ? [] : [found.value ?? found.id];
        });
    const [roles, scopes] = [values("Role", api.appRoles), values("Scope", api.oauth2PermissionScopes)];
    if (roles.length + scopes.length === 0) {
      return [];
    }
    return [
      {
        api: nameOf(api),
        application: roles.length === 0 ? undefined : roles,
        delegated: scopes.length === 0 ? undefined : scopes,
      },
    ];
  });
  const consented = granted.length > 0 && granted.every(Boolean);
  if (!consented && granted.includes(true)) {
    notes.push("consent to some of its permissions: a manifest can express all or none");
  }
  return { permissions, consented, notes };
}

function isGranted(
  { roleAssignments, grants }: ApplicationState,
  api: GraphServicePrincipal,
  type: "Role" | "Scope",
  { id, value }: OfferedPermission,
): boolean {
  return type === "Role"
    ? roleAssignments.some(({ resourceId, appRoleId }) => resourceId === api.id && appRoleId === id)
    : grants.some(
        ({ consentType, resourceId, scope }) =>
          consentType === "AllPrincipals" && resourceId === api.id && scope.split(" ").includes(value ?? ""),
      );
}
