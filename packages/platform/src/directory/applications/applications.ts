import { numberColumn, type Row, textColumn } from "../../storage/database.ts";
import { listKeyCredentials } from "../credentials/keyCredentials.ts";
import { listPasswordCredentials } from "../credentials/passwordCredentials.ts";
import type { Directory } from "../directory.ts";
import { type Page, type PageRequest, readPage } from "../paging.ts";
import type { Application } from "./applicationProperties.ts";

export type ApplicationOrder = "id" | "displayName";

type Document = Omit<Application, "id" | "keyCredentials" | "passwordCredentials">;

export function getApplication(directory: Directory, id: string): Application | undefined {
  return readOptional(directory, directory.database.get("SELECT * FROM application WHERE id = ?", id.toLowerCase()));
}

/** By client id, in any tenant. */
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
