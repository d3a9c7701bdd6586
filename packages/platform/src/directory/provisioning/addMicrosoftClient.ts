import { createApplication } from "../applications/applicationChanges.ts";
import type { Application } from "../applications/applicationProperties.ts";
import { findApplicationByAppId } from "../applications/applications.ts";
import type { Directory } from "../directory.ts";
import {
  createServicePrincipalFor,
  findServicePrincipalByAppId,
  type ServicePrincipal,
} from "../servicePrincipals/servicePrincipals.ts";
import { microsoftServicesTenantId } from "../wellKnown.ts";
import type { MicrosoftPublicClient } from "./microsoftApplications.ts";

/** Adds a Microsoft client to a tenant. What already exists stays unchanged. */
export function addMicrosoftClient(
  directory: Directory,
  tenantId: string,
  { appId, applicationId, displayName }: MicrosoftPublicClient,
): { readonly application: Application; readonly client: ServicePrincipal } {
  const application =
    findApplicationByAppId(directory, appId) ??
    createApplication(directory, {
      id: applicationId,
      appId,
      tenantId: microsoftServicesTenantId,
      displayName,
      isFallbackPublicClient: true,
      signInAudience: "AzureADMultipleOrgs",
      publicClient: { redirectUris: ["http://localhost"] },
    });
  const client =
    findServicePrincipalByAppId(directory, tenantId, appId) ??
    createServicePrincipalFor(directory, tenantId, application);
  return { application, client };
}
