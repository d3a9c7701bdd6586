import { randomGuid } from "../../core/random.ts";
import { createApplication } from "../applications/applicationChanges.ts";
import type { Application } from "../applications/applicationProperties.ts";
import { findApplicationByAppId } from "../applications/applications.ts";
import { requiredResourceAccess } from "../applications/requiredResourceAccess.ts";
import { removeAzureResource } from "../azureResources.ts";
import type { Directory } from "../directory.ts";
import { purgeDeleted } from "../directoryObjects/deletedObjects.ts";
import { addAppRoleAssignment } from "../permissionGrants/permissionGrants.ts";
import {
  createServicePrincipal,
  deleteServicePrincipal,
  findServicePrincipalByAppId,
  getServicePrincipal,
  listManagedIdentities,
  type ServicePrincipal,
} from "../servicePrincipals/servicePrincipals.ts";
import { microsoftServicesTenantId } from "../wellKnown.ts";

/** A managed identity to add. */
export interface RegisterManagedIdentityOptions {
  readonly displayName: string;
  /** `system`: of the host itself, one per host. `user`: a resource of its own, which requests may name. */
  readonly assignment: "system" | "user";
  /** The Azure resource id, `/subscriptions/...`: of the host, or of the user-assigned identity. */
  readonly resourceId: string;
  /** A GUID. Default a new one. */
  readonly clientId?: string | undefined;
  /** Application permissions that it is given, by the API's identifier URI, client id or display name. */
  readonly appRoles?: readonly { readonly name: string; readonly permissions: readonly string[] }[] | undefined;
}

/** The ids by which a managed identity can be asked for. */
export interface ManagedIdentity {
  readonly clientId: string;
  /** Of its service principal. */
  readonly objectId: string;
  readonly resourceId: string;
  readonly assignment: "system" | "user";
}

/** What the name of a user-assigned identity may be, in words. @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftmanagedidentity */
export const identityNameRule = "3 to 128 letters, digits, - and _, a letter or digit first";

export function isIdentityName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{2,127}$/i.test(name);
}

const explicitMarker = "isExplicit=True";
const implicitMarker = "isExplicit=False";

export function registerManagedIdentity(
  directory: Directory,
  tenantId: string,
  { displayName, assignment, resourceId, clientId, appRoles = [] }: RegisterManagedIdentityOptions,
): ManagedIdentity {
  if (!resourceId.startsWith("/subscriptions/")) {
    throw new Error(`resourceId is ${resourceId}; give an Azure resource id, which begins with /subscriptions/`);
  }
  return directory.database.transaction(() => {
    const created = createServicePrincipal(directory, {
      tenantId,
      appId: clientId?.toLowerCase() ?? randomGuid(directory.random),
      displayName,
      servicePrincipalType: "ManagedIdentity",
      alternativeNames: [assignment === "user" ? explicitMarker : implicitMarker, resourceId],
    });
    const identity = describeManagedIdentity(created);
    assignAppRoles(directory, tenantId, identity, appRoles);
    return identity;
  });
}

/** Gives what is not given yet. */
export function assignAppRoles(
  directory: Directory,
  tenantId: string,
  { objectId }: ManagedIdentity,
  appRoles: NonNullable<RegisterManagedIdentityOptions["appRoles"]>,
): void {
  for (const { resourceAppId, resourceAccess } of requiredResourceAccess(directory, tenantId, appRoles)) {
    const api = findServicePrincipalByAppId(directory, tenantId, resourceAppId);
    if (api === undefined) {
      throw new Error(`The tenant has no service principal for client id ${resourceAppId}`);
    }
    for (const { id } of resourceAccess) {
      addAppRoleAssignment(directory, {
        principalId: objectId,
        principalType: "ServicePrincipal",
        resourceId: api.id,
        appRoleId: id,
      });
    }
  }
}

export function describeManagedIdentity({ appId, id, alternativeNames }: ServicePrincipal): ManagedIdentity {
  return {
    clientId: appId,
    objectId: id,
    resourceId: alternativeNames.find((name) => name.startsWith("/")) ?? "",
    assignment: alternativeNames.includes(explicitMarker) ? "user" : "system",
  };
}

/** Whatever the letter case of the id. */
export function findManagedIdentity(
  directory: Directory,
  tenantId: string,
  resourceId: string,
): ManagedIdentity | undefined {
  const lowerId = resourceId.toLowerCase();
  return listManagedIdentities(directory, tenantId)
    .map(describeManagedIdentity)
    .find((identity) => identity.resourceId.toLowerCase() === lowerId);
}

/** Oldest first: those whose resource id begins like this, whatever its letter case. */
export function listUserAssignedIdentities(
  directory: Directory,
  tenantId: string,
  prefix: string,
): readonly ManagedIdentity[] {
  const lowerPrefix = prefix.toLowerCase();
  return listManagedIdentities(directory, tenantId)
    .map(describeManagedIdentity)
    .filter(({ assignment, resourceId }) => assignment === "user" && resourceId.toLowerCase().startsWith(lowerPrefix));
}

/** Removes it for good, with what it was granted: unlike an application's, its service principal cannot be restored. */
export function removeManagedIdentity(directory: Directory, objectId: string): void {
  const identity = getServicePrincipal(directory, objectId);
  if (identity === undefined) {
    return;
  }
  directory.database.transaction(() => {
    deleteServicePrincipal(directory, objectId);
    purgeDeleted(directory, objectId);
    directory.database.run(
      "DELETE FROM application WHERE appId = ? AND tenantId = ?",
      identity.appId,
      microsoftServicesTenantId,
    );
    removeAzureResource(directory, identity.tenantId, describeManagedIdentity(identity).resourceId);
  });
}

/**
 * What holds the federated identity credentials of a managed identity, so that its client id is one that others' tokens
 * can be shown for. It is nobody's registration: no tenant lists it.
 */
export function ensureIdentityApplication(
  directory: Directory,
  { clientId, resourceId }: ManagedIdentity,
): Application {
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
