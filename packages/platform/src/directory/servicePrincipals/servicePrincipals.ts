import { randomGuid } from "../../core/random.ts";
import { numberColumn, type Row, type SqlValue, textColumn } from "../../storage/database.ts";
import {
  type Application,
  type AppRole,
  emptyInfo,
  emptyPublisher,
  type Json,
  type PermissionScope,
} from "../applications/applicationProperties.ts";
import { type Directory, isoSeconds } from "../directory.ts";
import { storeDeleted } from "../directoryObjects/deletedObjects.ts";
import { removePrincipalReferences } from "../directoryObjects/removeReferences.ts";
import { type Page, type PageRequest, readPage } from "../paging.ts";
import { publishedPermissions } from "./graphPermissions.ts";

/** An application in a tenant, with Graph's properties in Graph's order. */
export interface ServicePrincipal {
  readonly id: string;
  readonly tenantId: string;
  readonly deletedDateTime: string | null;
  readonly accountEnabled: boolean;
  readonly alternativeNames: readonly string[];
  readonly appDisplayName: string | null;
  readonly appDescription: string | null;
  readonly appId: string;
  readonly applicationTemplateId: string | null;
  readonly appOwnerOrganizationId: string | null;
  /** True: only principals with an app role assignment get a token for it. */
  readonly appRoleAssignmentRequired: boolean;
  /** Null for the seeded service principals of Microsoft's own applications. */
  readonly createdDateTime: string | null;
  readonly description: string | null;
  readonly disabledByMicrosoftStatus: string | null;
  readonly displayName: string;
  readonly homepage: string | null;
  readonly loginUrl: string | null;
  readonly logoutUrl: string | null;
  readonly notes: string | null;
  readonly notificationEmailAddresses: readonly string[];
  readonly preferredSingleSignOnMode: string | null;
  readonly preferredTokenSigningKeyThumbprint: string | null;
  readonly replyUrls: readonly string[];
  /** The names that a token can be requested for: the client id, then the identifier URIs. */
  readonly servicePrincipalNames: readonly string[];
  readonly servicePrincipalType: "Application" | "ManagedIdentity";
  readonly signInAudience: string | null;
  readonly tags: readonly string[];
  readonly tokenEncryptionKeyId: string | null;
  readonly samlSingleSignOnSettings: Json;
  readonly addIns: readonly Json[];
  readonly appRoles: readonly AppRole[];
  readonly info: { readonly [name: string]: string | null };
  readonly keyCredentials: readonly Json[];
  readonly oauth2PermissionScopes: readonly PermissionScope[];
  readonly passwordCredentials: readonly Json[];
  readonly resourceSpecificApplicationPermissions: readonly Json[];
  readonly verifiedPublisher: { readonly [name: string]: string | null };
}

export type ServicePrincipalOrder = "id" | "displayName";

export type NewServicePrincipal = Pick<ServicePrincipal, "tenantId" | "appId" | "displayName"> &
  Partial<ServicePrincipal>;

type ServicePrincipalDefaults = Omit<ServicePrincipal, "id" | "tenantId" | "appId" | "displayName" | "createdDateTime">;

function newServicePrincipalDefaults(appId: string, displayName: string): ServicePrincipalDefaults {
  return {
    deletedDateTime: null,
    accountEnabled: true,
    alternativeNames: [],
    appDisplayName: displayName,
    appDescription: null,
    applicationTemplateId: null,
    appOwnerOrganizationId: null,
    appRoleAssignmentRequired: false,
    description: null,
    disabledByMicrosoftStatus: null,
    homepage: null,
    loginUrl: null,
    logoutUrl: null,
    notes: null,
    notificationEmailAddresses: [],
    preferredSingleSignOnMode: null,
    preferredTokenSigningKeyThumbprint: null,
    replyUrls: [],
    servicePrincipalNames: [appId],
    servicePrincipalType: "Application",
    signInAudience: null,
    tags: [],
    tokenEncryptionKeyId: null,
    samlSingleSignOnSettings: null,
    addIns: [],
    appRoles: [],
    info: emptyInfo(),
    keyCredentials: [],
    oauth2PermissionScopes: [],
    passwordCredentials: [],
    resourceSpecificApplicationPermissions: [],
    verifiedPublisher: emptyPublisher(),
  };
}

/** Adds a service principal as given, for applications that are registered elsewhere. */
export function createServicePrincipal(directory: Directory, properties: NewServicePrincipal): ServicePrincipal {
  const createdMs = directory.clock.now();
  const servicePrincipal: ServicePrincipal = {
    ...newServicePrincipalDefaults(properties.appId, properties.displayName),
    id: randomGuid(directory.random),
    createdDateTime: isoSeconds(createdMs),
    ...properties,
  };
  directory.database.transaction(() => {
    directory.database.run(
      "INSERT INTO servicePrincipal (tenantId, displayName, document, appId, createdMs, id) VALUES (?, ?, ?, ?, ?, ?)",
      ...columns(servicePrincipal),
      servicePrincipal.appId,
      createdMs,
      servicePrincipal.id,
    );
    writeNames(directory, servicePrincipal);
  });
  return servicePrincipal;
}

/** Adds a registered application to a tenant. */
export function createServicePrincipalFor(
  directory: Directory,
  tenantId: string,
  application: Application,
): ServicePrincipal {
  return createServicePrincipal(directory, {
    tenantId,
    appId: application.appId,
    displayName: application.displayName,
    appOwnerOrganizationId: application.tenantId,
    ...mirroredProperties(application),
  });
}

export function getServicePrincipal(directory: Directory, id: string): ServicePrincipal | undefined {
  return readOptional(
    directory,
    directory.database.get("SELECT * FROM servicePrincipal WHERE id = ?", id.toLowerCase()),
  );
}

export function findServicePrincipalByAppId(
  directory: Directory,
  tenantId: string,
  appId: string,
): ServicePrincipal | undefined {
  return readOptional(
    directory,
    directory.database.get(
      "SELECT * FROM servicePrincipal WHERE tenantId = ? AND appId = ?",
      tenantId,
      appId.toLowerCase(),
    ),
  );
}

/** By any of its names, client id or identifier URI. The case of ASCII letters is ignored. */
export function findServicePrincipalByName(
  directory: Directory,
  tenantId: string,
  name: string,
): ServicePrincipal | undefined {
  return readOptional(
    directory,
    directory.database.get(
      `SELECT servicePrincipal.* FROM servicePrincipalName
       JOIN servicePrincipal ON servicePrincipal.id = servicePrincipalName.servicePrincipalId
       WHERE servicePrincipalName.tenantId = ? AND servicePrincipalName.name = ?`,
      tenantId,
      name,
    ),
  );
}

export function findServicePrincipalsByDisplayName(
  directory: Directory,
  tenantId: string,
  displayName: string,
): readonly ServicePrincipal[] {
  return directory.database
    .all("SELECT * FROM servicePrincipal WHERE tenantId = ? AND displayName = ? ORDER BY id", tenantId, displayName)
    .map((row) => readServicePrincipal(directory, row));
}

/** Oldest first. */
export function listManagedIdentities(directory: Directory, tenantId: string): readonly ServicePrincipal[] {
  return directory.database
    .all(
      `SELECT * FROM servicePrincipal
       WHERE tenantId = ? AND document ->> 'servicePrincipalType' = 'ManagedIdentity' ORDER BY rowid`,
      tenantId,
    )
    .map((row) => readServicePrincipal(directory, row));
}

export function updateServicePrincipal(
  directory: Directory,
  id: string,
  changes: Partial<Omit<ServicePrincipal, "id" | "tenantId" | "appId" | "createdDateTime">>,
): ServicePrincipal | undefined {
  return directory.database.transaction(() => {
    const current = getServicePrincipal(directory, id);
    if (current === undefined) {
      return undefined;
    }
    const servicePrincipal: ServicePrincipal = { ...current, ...changes };
    directory.database.run(
      "UPDATE servicePrincipal SET tenantId = ?, displayName = ?, document = ? WHERE id = ?",
      ...columns(servicePrincipal),
      servicePrincipal.id,
    );
    writeNames(directory, servicePrincipal);
    return servicePrincipal;
  });
}

/**
 * Deletes it with its memberships, the permissions granted to it and those granted on it. It can be restored for 30
 * days.
 */
export function deleteServicePrincipal(directory: Directory, id: string): boolean {
  return directory.database.transaction(() => {
    const servicePrincipal = getServicePrincipal(directory, id);
    if (servicePrincipal === undefined) {
      return false;
    }
    storeDeleted(directory, "servicePrincipal", servicePrincipal);
    removePrincipalReferences(directory, id);
    return directory.database.run("DELETE FROM servicePrincipal WHERE id = ?", id) > 0;
  });
}

export function listServicePrincipals(
  directory: Directory,
  tenantId: string,
  request: PageRequest<ServicePrincipalOrder>,
): Page<ServicePrincipal> {
  return readPage(directory, "servicePrincipal", tenantId, request, (row) => readServicePrincipal(directory, row));
}

export function countServicePrincipals(directory: Directory, tenantId: string): number {
  const row = directory.database.get("SELECT count(*) AS n FROM servicePrincipal WHERE tenantId = ?", tenantId);
  return numberColumn(row ?? {}, "n");
}

/** Applies a change of the registration to the service principal in the application's own tenant. */
export function refreshServicePrincipal(directory: Directory, application: Application): void {
  const servicePrincipal = findServicePrincipalByAppId(directory, application.tenantId, application.appId);
  if (servicePrincipal !== undefined) {
    updateServicePrincipal(directory, servicePrincipal.id, {
      displayName: application.displayName,
      ...mirroredProperties(application),
    });
  }
}

function mirroredProperties(application: Application): Partial<ServicePrincipal> {
  const { web, spa, publicClient } = application;
  return {
    appDisplayName: application.displayName,
    appDescription: application.description,
    appRoles: application.appRoles,
    homepage: web.homePageUrl,
    logoutUrl: web.logoutUrl,
    info: application.info,
    oauth2PermissionScopes: application.api.oauth2PermissionScopes,
    replyUrls: [...web.redirectUris, ...spa.redirectUris, ...publicClient.redirectUris],
    servicePrincipalNames: [application.appId, ...application.identifierUris],
    signInAudience: application.signInAudience,
    verifiedPublisher: application.verifiedPublisher,
  };
}

function writeNames(directory: Directory, servicePrincipal: ServicePrincipal): void {
  directory.database.run("DELETE FROM servicePrincipalName WHERE servicePrincipalId = ?", servicePrincipal.id);
  for (const name of servicePrincipal.servicePrincipalNames) {
    directory.database.run(
      "INSERT INTO servicePrincipalName (name, tenantId, servicePrincipalId) VALUES (?, ?, ?)",
      name,
      servicePrincipal.tenantId,
      servicePrincipal.id,
    );
  }
}

/** Used when the permissions are not stored with the service principal. */
const none: Pick<ServicePrincipal, "appRoles" | "oauth2PermissionScopes"> = {
  appRoles: [],
  oauth2PermissionScopes: [],
};

function columns(servicePrincipal: ServicePrincipal): SqlValue[] {
  const { id: _, ...document } = { ...servicePrincipal, ...(publishedPermissions(servicePrincipal.appId) && none) };
  return [servicePrincipal.tenantId, servicePrincipal.displayName, JSON.stringify(document)];
}

function readOptional(directory: Directory, row: Row | undefined): ServicePrincipal | undefined {
  return row === undefined ? undefined : readServicePrincipal(directory, row);
}

function readServicePrincipal(directory: Directory, row: Row): ServicePrincipal {
  const id = textColumn(row, "id");
  const document = directory.parse(`servicePrincipal ${id}`, textColumn(row, "document"));
  const stored = document as Omit<ServicePrincipal, "id">;
  return { ...stored, id, ...publishedPermissions(stored.appId) };
}
