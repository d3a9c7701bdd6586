import { findApplicationByAppId } from "../directory/applications.ts";
import type { ServicePrincipal } from "../directory/servicePrincipals.ts";
import {
  azureCliAppId,
  azurePowerShellAppId,
  azureResourceManagerAppId,
  azureSqlAppId,
  azureStorageAppId,
  keyVaultAppId,
  microsoftGraphAppId,
} from "../directory/wellKnown.ts";
import type { PlatformContext } from "../platformContext.ts";

const graphScopesOfTools: readonly string[] = [
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Directory.AccessAsUser.All",
  "User.Read",
  "User.ReadWrite.All",
];
const impersonation: readonly string[] = ["user_impersonation"];

/** What Microsoft's own tools may do for a user without anybody's consent, by API. Source: az's token cache; Graph K. */
const ofMicrosoftTools: ReadonlyMap<string, readonly string[]> = new Map([
  [microsoftGraphAppId, graphScopesOfTools],
  [azureResourceManagerAppId, impersonation],
  [keyVaultAppId, impersonation],
  [azureStorageAppId, impersonation],
  [azureSqlAppId, impersonation],
]);
const microsoftTools: ReadonlySet<string> = new Set([azureCliAppId, azurePowerShellAppId]);

/** Clients that share their refresh tokens: the answer to a member says `foci`. */
export function isFamilyClient(appId: string): boolean {
  return microsoftTools.has(appId);
}

/** Scopes the API gives the client without consent: its own, and what `preAuthorizedApplications` of the API lists. */
export function preauthorizedScopes(
  { directory }: PlatformContext,
  clientAppId: string,
  resource: ServicePrincipal,
): readonly string[] {
  if (resource.appId === clientAppId) {
    return resource.oauth2PermissionScopes.map((scope) => scope.value);
  }
  if (microsoftTools.has(clientAppId)) {
    return ofMicrosoftTools.get(resource.appId) ?? [];
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
