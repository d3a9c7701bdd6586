import type { NewServicePrincipal } from "../servicePrincipals/servicePrincipals.ts";
import {
  azureCliAppId,
  azurePowerShellAppId,
  azureResourceManagerAppId,
  azureSqlAppId,
  azureStorageAppId,
  cloudShellAppId,
  graphToolsAppId,
  keyVaultAppId,
  microsoftGraphAppId,
  microsoftServicesTenantId,
  portalServiceAppId,
} from "../wellKnown.ts";

type SeededServicePrincipal = Omit<NewServicePrincipal, "tenantId"> & { readonly id: string };

/**
 * Microsoft APIs that applications request tokens for. The object ids are our own: in a real tenant they are random.
 */
export const microsoftResources: readonly SeededServicePrincipal[] = [
  resource("5d2f8a10-0000-4000-8000-000000000001", microsoftGraphAppId, "Microsoft Graph", {
    servicePrincipalNames: [
      microsoftGraphAppId,
      `${microsoftGraphAppId}/ags.windows.net`,
      "Microsoft.Azure.AgregatorService",
      "https://graph.microsoft.com",
      "https://graph.microsoft.com/",
      "https://graph.microsoft.us",
      "https://graph.microsoft.us/",
      "https://dod-graph.microsoft.us",
      "https://dod-graph.microsoft.us/",
      "https://canary.graph.microsoft.com",
      "https://canary.graph.microsoft.com/",
      "https://ags.windows.net",
    ],
  }),
  resource("5d2f8a10-0000-4000-8000-000000000002", azureResourceManagerAppId, "Windows Azure Service Management API", {
    servicePrincipalNames: [
      azureResourceManagerAppId,
      "https://management.azure.com/",
      "https://management.azure.com",
      "https://management.core.windows.net/",
      "https://management.core.windows.net",
    ],
    oauth2PermissionScopes: [userImpersonation("41094075-9dad-400e-a0bd-54e686782033", "Azure Resource Manager")],
  }),
  resource("5d2f8a10-0000-4000-8000-000000000003", keyVaultAppId, "Azure Key Vault", {
    servicePrincipalNames: [keyVaultAppId, "https://vault.azure.net"],
    oauth2PermissionScopes: [userImpersonation("f53da476-18e3-4152-8e01-aec403e6edc0", "Azure Key Vault")],
  }),
  resource("5d2f8a10-0000-4000-8000-000000000004", azureStorageAppId, "Azure Storage", {
    servicePrincipalNames: [azureStorageAppId, "https://storage.azure.com/", "https://storage.azure.com"],
    oauth2PermissionScopes: [userImpersonation("03e0da56-190b-40ad-a80c-ea378c433f7f", "Azure Storage")],
  }),
  resource("5d2f8a10-0000-4000-8000-000000000005", azureSqlAppId, "Azure SQL Database", {
    // Its only name ends with a slash: the resource that needs the double slash in `//.default`.
    servicePrincipalNames: [azureSqlAppId, "https://database.windows.net/"],
    oauth2PermissionScopes: [userImpersonation("c39ef2d1-04ce-46dc-8b5f-e9a5c60f0fc9", "Azure SQL Database")],
  }),
  resource("5d2f8a10-0000-4000-8000-00000000000a", portalServiceAppId, "ADIbizaUX", {
    servicePrincipalNames: [portalServiceAppId],
    oauth2PermissionScopes: [userImpersonation("5d2f8a13-0000-4000-8000-000000000001", "the portal's service")],
  }),
];

export interface MicrosoftPublicClient {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly applicationId: string;
}

/** Microsoft tools that users sign in with: public clients without a secret. */
export const microsoftPublicClients: readonly MicrosoftPublicClient[] = [
  publicClient(6, azureCliAppId, "Microsoft Azure CLI"),
  publicClient(7, azurePowerShellAppId, "Microsoft Azure PowerShell"),
  publicClient(8, graphToolsAppId, "Microsoft Graph Command Line Tools"),
];

/** Added to a tenant when a shell is first opened there. */
export const cloudShellClient: MicrosoftPublicClient = publicClient(9, cloudShellAppId, "AzurePortal Console App");

function resource(
  id: string,
  appId: string,
  displayName: string,
  rest: Partial<SeededServicePrincipal>,
): SeededServicePrincipal {
  return {
    id,
    appId,
    displayName,
    createdDateTime: null,
    appOwnerOrganizationId: microsoftServicesTenantId,
    signInAudience: "AzureADMultipleOrgs",
    ...rest,
  };
}

function publicClient(index: number, appId: string, displayName: string): MicrosoftPublicClient {
  return {
    id: `5d2f8a10-0000-4000-8000-00000000000${index}`,
    applicationId: `5d2f8a11-0000-4000-8000-00000000000${index}`,
    appId,
    displayName,
  };
}

function userImpersonation(
  id: string,
  name: string,
): NonNullable<SeededServicePrincipal["oauth2PermissionScopes"]>[number] {
  return {
    id,
    value: "user_impersonation",
    adminConsentDisplayName: `Use ${name} as the user`,
    adminConsentDescription: `Use ${name} on behalf of the signed-in user.`,
    userConsentDisplayName: `Use ${name} as you`,
    userConsentDescription: `Use ${name} on your behalf.`,
    isEnabled: true,
    type: "User",
  };
}
