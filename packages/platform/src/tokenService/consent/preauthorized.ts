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

/** Of those in a decoded token of 2026 in public, the ones that Graph has here. */
const graphScopesOfCloudShell: readonly string[] = ["Directory.ReadWrite.All", "Group.ReadWrite.All"];

/** What Microsoft's own tools may do for a user on Graph without anybody's consent, by tool. Those of az are documented nowhere. */
const graphScopes: ReadonlyMap<string, readonly string[]> = new Map([
  [azureCliAppId, graphScopesOfTools],
  [azurePowerShellAppId, graphScopesOfTools],
  [cloudShellAppId, graphScopesOfCloudShell],
]);
/** And all of them on these, for which there is one permission. Source: az's token cache. */
const impersonated: ReadonlySet<string> = new Set([
  azureResourceManagerAppId,
  keyVaultAppId,
  azureStorageAppId,
  azureSqlAppId,
  portalServiceAppId,
]);
const familyClients: ReadonlySet<string> = new Set([azureCliAppId, azurePowerShellAppId]);

/** Clients that share their refresh tokens: the answer to a member says `foci`. */
export function isFamilyClient(appId: string): boolean {
  return familyClients.has(appId);
}

/** Scopes the API gives the client without consent: its own, and what `preAuthorizedApplications` of the API lists. */
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
