import { createApplication } from "../applications/applicationChanges.ts";
import type { Application } from "../applications/applicationProperties.ts";
import { findApplicationByAppId } from "../applications/applications.ts";
import type { Directory } from "../directory.ts";
import { microsoftServicesTenantId } from "../wellKnown.ts";
import type { ManagedIdentity } from "./managedIdentities.ts";

/**
 * What holds the federated identity credentials of a managed identity, so that its client id is one that others' tokens
 * can be shown for. It is nobody's registration: no tenant lists it.
 */
export function applicationOfIdentity(directory: Directory, { clientId, resourceId }: ManagedIdentity): Application {
  return (
    findApplicationByAppId(directory, clientId) ??
    createApplication(directory, {
      appId: clientId,
      tenantId: microsoftServicesTenantId,
      displayName: resourceId.split("/").at(-1) ?? clientId,
      signInAudience: "AzureADMyOrg",
    })
  );
}
