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

/** The managed identity to add. */
export interface RegisterManagedIdentityOptions {
  readonly displayName: string;
  /** `system`: the identity of the host itself, one per host. `user`: a separate resource, which requests may name. */
  readonly assignment: "system" | "user";
  /** The Azure resource id, `/subscriptions/...`, of the host or of the user-assigned identity. */
  readonly resourceId: string;
  /** A GUID. Default: a new one. */
  readonly clientId?: string | undefined;
  /** The application permissions to grant, by identifier URI, client id or display name of the API. */
  readonly appRoles?: readonly { readonly name: string; readonly permissions: readonly string[] }[] | undefined;
}

/** The ids of a managed identity. Requests may use any of them. */
export interface ManagedIdentity {
  readonly clientId: string;
  /** The object id of its service principal. */
  readonly objectId: string;
  readonly resourceId: string;
  readonly assignment: "system" | "user";
}

/**
 * The rule for names of user-assigned identities, in words. @see
 * https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftmanagedidentity
 */
export const identityNameRule = "3 to 128 letters, digits, - and _, starting with a letter or digit";

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
    throw new Error(`resourceId is ${resourceId}; it must be an Azure resource id, which starts with /subscriptions/`);
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

/** Assigns the app roles that are not assigned yet. */
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

/** Finds a managed identity by resource id, ignoring case. */
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

/** Lists the user-assigned identities whose resource id starts with the prefix, ignoring case, oldest first. */
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

/**
 * Removes the identity and its permissions permanently: unlike that of an application, its service principal cannot be
 * restored.
 */
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
 * Returns the application that holds the federated identity credentials of a managed identity, and creates it when
 * needed. It belongs to no tenant of a user, so that no list shows it.
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
