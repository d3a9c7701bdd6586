import { randomGuid } from "../../core/random.ts";
import type { SqlValue } from "../../storage/database.ts";
import { type Directory, isoSeconds } from "../directory.ts";
import { storeDeleted } from "../directoryObjects/deletedObjects.ts";
import { removeOwnerships } from "../directoryObjects/removeReferences.ts";
import {
  deleteServicePrincipal,
  findServicePrincipalByAppId,
  refreshServicePrincipal,
} from "../servicePrincipals/servicePrincipals.ts";
import { type Application, type NewApplication, newApplicationDefaults } from "./applicationProperties.ts";
import { getApplication } from "./applications.ts";

/** Changes to an application. Credentials have their own functions. */
export type ApplicationChanges = Partial<
  Omit<Application, "id" | "tenantId" | "appId" | "createdDateTime" | "keyCredentials" | "passwordCredentials">
>;

/** Registers the application only: it cannot get tokens without a service principal. */
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

/** Replaces the given properties, also where the service principal in the application's own tenant mirrors them. */
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

/**
 * Deletes the application, its credentials and the service principal in its own tenant. They can be restored for 30
 * days.
 */
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
    storeDeleted(directory, "application", application);
    removeOwnerships(directory, application.id);
    return directory.database.run("DELETE FROM application WHERE id = ?", application.id) > 0;
  });
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
