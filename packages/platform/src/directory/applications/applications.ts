import { randomGuid } from "../../core/random.ts";
import { numberColumn, type Row, type SqlValue, textColumn } from "../../storage/database.ts";
import { listKeyCredentials } from "../credentials/keyCredentials.ts";
import { listPasswordCredentials } from "../credentials/passwordCredentials.ts";
import { type Directory, isoSeconds } from "../directory.ts";
import { keepDeleted } from "../directoryObjects/deletedObjects.ts";
import { removeOwnerships } from "../directoryObjects/owners.ts";
import { type Page, type PageRequest, readPage } from "../paging.ts";
import {
  deleteServicePrincipal,
  findServicePrincipalByAppId,
  refreshServicePrincipal,
} from "../servicePrincipals/servicePrincipals.ts";
import type { Application, NewApplication } from "./applicationProperties.ts";
import { newApplicationDefaults } from "./applicationProperties.ts";

export type ApplicationOrder = "id" | "displayName";

type Document = Omit<Application, "id" | "keyCredentials" | "passwordCredentials">;

/** Changes to an application; credentials have functions of their own. */
export type ApplicationChanges = Partial<
  Omit<Application, "id" | "tenantId" | "appId" | "createdDateTime" | "keyCredentials" | "passwordCredentials">
>;

/** Registers the application alone: without a service principal it cannot get tokens yet. */
export function createApplication(directory: Directory, properties: NewApplication): Application {
  const createdMs = directory.clock.now();
  const application: Application = {
    ...newApplicationDefaults(),
    id: randomGuid(directory.random),
    appId: randomGuid(directory.random),
    createdDateTime: isoSeconds(createdMs),
    ...properties,
  };
  directory.database.transaction(() => {
    directory.database.run(
      "INSERT INTO application (tenantId, displayName, document, appId, createdMs, id) VALUES (?, ?, ?, ?, ?, ?)",
      ...columns(application),
      application.appId,
      createdMs,
      application.id,
    );
    writeIdentifierUris(directory, application);
  });
  return application;
}

export function getApplication(directory: Directory, id: string): Application | undefined {
  return readOptional(directory, directory.database.get("SELECT * FROM application WHERE id = ?", id.toLowerCase()));
}

/** By client id, in whichever tenant it is registered. */
export function findApplicationByAppId(directory: Directory, appId: string): Application | undefined {
  return readOptional(
    directory,
    directory.database.get("SELECT * FROM application WHERE appId = ?", appId.toLowerCase()),
  );
}

export function findApplicationByIdentifierUri(
  directory: Directory,
  tenantId: string,
  uri: string,
): Application | undefined {
  const row = directory.database.get(
    "SELECT applicationId FROM identifierUri WHERE tenantId = ? AND uri = ?",
    tenantId,
    uri,
  );
  return row === undefined ? undefined : getApplication(directory, textColumn(row, "applicationId"));
}

/** Replaces the given properties, and what the application's service principals repeat of them. */
export function updateApplication(
  directory: Directory,
  id: string,
  changes: ApplicationChanges,
): Application | undefined {
  return directory.database.transaction(() => {
    const current = getApplication(directory, id);
    if (current === undefined) {
      return undefined;
    }
    const application: Application = { ...current, ...changes };
    directory.database.run(
      "UPDATE application SET tenantId = ?, displayName = ?, document = ? WHERE id = ?",
      ...columns(application),
      application.id,
    );
    writeIdentifierUris(directory, application);
    refreshServicePrincipal(directory, application);
    return application;
  });
}

/** Deletes the application, its credentials, and its service principal in its own tenant. They can be restored for 30 days. */
export function deleteApplication(directory: Directory, id: string): boolean {
  return directory.database.transaction(() => {
    const application = getApplication(directory, id);
    if (application === undefined) {
      return false;
    }
    const servicePrincipal = findServicePrincipalByAppId(directory, application.tenantId, application.appId);
    if (servicePrincipal !== undefined) {
      deleteServicePrincipal(directory, servicePrincipal.id);
    }
    keepDeleted(directory, "application", application);
    removeOwnerships(directory, application.id);
    return directory.database.run("DELETE FROM application WHERE id = ?", application.id) > 0;
  });
}

export function listApplications(
  directory: Directory,
  tenantId: string,
  request: PageRequest<ApplicationOrder>,
): Page<Application> {
  return readPage(directory, "application", tenantId, request, (row) => readApplication(directory, row));
}

export function countApplications(directory: Directory, tenantId: string): number {
  const row = directory.database.get("SELECT count(*) AS n FROM application WHERE tenantId = ?", tenantId);
  return numberColumn(row ?? {}, "n");
}

function writeIdentifierUris(directory: Directory, application: Application): void {
  directory.database.run("DELETE FROM identifierUri WHERE applicationId = ?", application.id);
  for (const uri of application.identifierUris) {
    directory.database.run(
      "INSERT INTO identifierUri (uri, tenantId, applicationId) VALUES (?, ?, ?)",
      uri,
      application.tenantId,
      application.id,
    );
  }
}

function columns(application: Application): SqlValue[] {
  const { id: _, keyCredentials: _keys, passwordCredentials: _passwords, ...document } = application;
  return [application.tenantId, application.displayName, JSON.stringify(document)];
}

function readOptional(directory: Directory, row: Row | undefined): Application | undefined {
  return row === undefined ? undefined : readApplication(directory, row);
}

function readApplication(directory: Directory, row: Row): Application {
  const id = textColumn(row, "id");
  const document = directory.parse(`application ${id}`, textColumn(row, "document")) as Document;
  return {
    ...document,
    id,
    keyCredentials: listKeyCredentials(directory, id),
    passwordCredentials: listPasswordCredentials(directory, id),
  };
}
