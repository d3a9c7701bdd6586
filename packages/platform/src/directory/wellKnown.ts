/** Client ids that are the same in every tenant. @see https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in */
export const microsoftGraphAppId = "00000003-0000-0000-c000-000000000000";
export const azureResourceManagerAppId = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
export const keyVaultAppId = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
export const azureStorageAppId = "e406a681-f3d4-42a8-90b6-c2b029497af1";
export const azureSqlAppId = "022907d3-0f1b-48f7-badc-1ba6abab6d66";
export const azureCliAppId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
export const azurePowerShellAppId = "1950a258-227b-4e31-a9cf-717495945fc2";
/** "AzurePortal Console App": Cloud Shell in the portal. Source: decoded tokens of 2026 in public. */
export const cloudShellAppId = "b677c290-cf4b-4a8e-a60e-91ba650a4abe";
/** "ADIbizaUX": the service behind the portal's pages. Source: Azure CLI's `az ad app permission admin-consent`. */
export const portalServiceAppId = "74658136-14ec-4630-ad9b-26e160ff0fc6";
export const graphToolsAppId = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/** The tenant that owns Microsoft's own applications. */
export const microsoftServicesTenantId = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/** The app role of an assignment without an app role. */
export const defaultAccessAppRoleId = "00000000-0000-0000-0000-000000000000";

/** The only subscription. Every user in every tenant may see it: without any, `az login` needs an option to succeed. */
export const azureSubscriptionId = "5d2f8a12-0000-4000-8000-000000000001";
