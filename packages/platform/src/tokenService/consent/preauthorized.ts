import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import {
  azureCliAppId,
  azurePowerShellAppId,
  azureResourceManagerAppId,
  azureSqlAppId,
  azureStorageAppId,
  cloudShellAppId,
  keyVaultAppId,
  microsoftGraphAppId,
  portalServiceAppId,
} from "../../directory/wellKnown.ts";
import type { TokenServiceContext } from "../context.ts";

const graphScopesOfTools: readonly string[] = [
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Directory.AccessAsUser.All",
  "User.Read",
  "User.ReadWrite.All",
];
const impersonation: readonly string[] = ["user_impersonation"];

/** Those of a public decoded token of 2026 that Graph has here. */
const graphScopesOfCloudShell: readonly string[] = ["Directory.ReadWrite.All", "Group.ReadWrite.All"];

/**
 * What each of Microsoft's own tools may do on Graph for a user without consent. Those of Azure CLI are undocumented.
 */
const graphScopes: ReadonlyMap<string, readonly string[]> = new Map([
  [azureCliAppId, graphScopesOfTools],
  [azurePowerShellAppId, graphScopesOfTools],
  [cloudShellAppId, graphScopesOfCloudShell],
]);
/** APIs with one permission, which all these tools have. Source: the token cache of Azure CLI. */
const impersonated: ReadonlySet<string> = new Set([
  azureResourceManagerAppId,
  keyVaultAppId,
  azureStorageAppId,
  azureSqlAppId,
  portalServiceAppId,
]);
const familyClients: ReadonlySet<string> = new Set([azureCliAppId, azurePowerShellAppId]);

/** Clients that share their refresh tokens; the response to a member contains `foci`. */
export function isFamilyClient(appId: string): boolean {
  return familyClients.has(appId);
}

/**
 * Scopes that the client has on the API without consent: all of its own API, and those in the API's
 * `preAuthorizedApplications`.
 */
export function preauthorizedScopes(
  { directory }: TokenServiceContext,
  clientAppId: string,
  resource: ServicePrincipal,
): readonly string[] {
  if (resource.appId === clientAppId) {
    return resource.oauth2PermissionScopes.map((scope) => scope.value);
  }
  const ofTool = graphScopes.get(clientAppId);
  if (ofTool !== undefined && resource.appId === microsoftGraphAppId) {
    return ofTool;
  }
  if (ofTool !== undefined && impersonated.has(resource.appId)) {
    return impersonation;
  }
  const listed = findApplicationByAppId(directory, resource.appId)?.api.preAuthorizedApplications ?? [];
  const ids = new Set(
    listed.flatMap((entry) => {
      const row = entry as { readonly appId?: unknown; readonly delegatedPermissionIds?: unknown };
      return row.appId === clientAppId && Array.isArray(row.delegatedPermissionIds) ? row.delegatedPermissionIds : [];
    }),
  );
  return resource.oauth2PermissionScopes.filter((scope) => ids.has(scope.id)).map((scope) => scope.value);
}
