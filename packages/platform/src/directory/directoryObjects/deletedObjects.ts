import { numberColumn, type Row, type SqlValue, textColumn } from "../../storage/database.ts";
import { type Directory, isoSeconds } from "../directory.ts";

/** The types that are stored for a while after their deletion. */
export type DeletableType = "user" | "group" | "application" | "servicePrincipal";

/** A deleted object as it was, with the time of its deletion. */
export interface DeletedObject {
  readonly id: string;
  readonly type: DeletableType;
  /** The complete `User`, `Group`, `Application` or `ServicePrincipal`. */
  readonly object: { readonly id: string; readonly tenantId: string; readonly deletedDateTime: string };
}

const retentionMs = 30 * 86_400_000;

/**
 * The tables with an object's own rows. The table of the object itself comes first, because the others reference it.
 */
const ownTables: Readonly<Record<DeletableType, readonly (readonly [table: string, column: string])[]>> = {
  user: [
    ["user", "id"],
    ["userPassword", "userId"],
    ["userRevocation", "userId"],
  ],
  group: [["directoryGroup", "id"]],
  application: [
    ["application", "id"],
    ["identifierUri", "applicationId"],
    ["passwordCredential", "applicationId"],
    ["keyCredential", "applicationId"],
    ["federatedIdentityCredential", "applicationId"],
  ],
  servicePrincipal: [
    ["servicePrincipal", "id"],
    ["servicePrincipalName", "servicePrincipalId"],
    ["servicePrincipalPassword", "servicePrincipalId"],
  ],
};

/** The tables that link objects, and the columns with their ids. */
const linkTables: Readonly<Record<string, readonly string[]>> = {
  appRoleAssignment: ["principalId", "resourceId"],
  oauth2PermissionGrant: ["clientId", "resourceId", "principalId"],
  groupMember: ["groupId", "memberId"],
  objectOwner: ["objectId", "ownerId"],
  directoryRoleMember: ["principalId"],
  userManager: ["userId", "managerId"],
};

interface SavedRow {
  readonly table: string;
  readonly row: Row;
}

/** Stores all rows of an object. Call it in the transaction that deletes the object. */
export function storeDeleted(
  directory: Directory,
  type: DeletableType,
  object: { readonly id: string; readonly tenantId: string },
): void {
  const { database, clock } = directory;
  const own = ownTables[type].flatMap(([table, column]) => rowsOf(directory, table, [column], object.id));
  const linked = Object.entries(linkTables).flatMap(([table, columns]) => rowsOf(directory, table, columns, object.id));
  database.run(
    "INSERT INTO deletedObject (id, tenantId, type, deletedMs, document, savedRows) VALUES (?, ?, ?, ?, ?, ?)",
    object.id,
    object.tenantId,
    type,
    clock.now(),
    JSON.stringify(object),
    JSON.stringify([...own, ...linked], writeBytes),
  );
}

/** Lists the oldest deletion first. Objects deleted more than 30 days ago are purged. */
export function listDeleted(directory: Directory, tenantId: string, type: DeletableType): readonly DeletedObject[] {
  purgeExpired(directory);
  return directory.database
    .all("SELECT * FROM deletedObject WHERE tenantId = ? AND type = ? ORDER BY rowid", tenantId, type)
    .map(readDeleted);
}

export function getDeleted(directory: Directory, tenantId: string, id: string): DeletedObject | undefined {
  purgeExpired(directory);
  const row = directory.database.get(
    "SELECT * FROM deletedObject WHERE tenantId = ? AND id = ?",
    tenantId,
    id.toLowerCase(),
  );
  return row === undefined ? undefined : readDeleted(row);
}

/** Deletes the object permanently. Returns false when there is no such deleted object. */
export function purgeDeleted(directory: Directory, id: string): boolean {
  return directory.database.run("DELETE FROM deletedObject WHERE id = ?", id) > 0;
}

/**
 * Restores an object with its credentials and its links to existing objects. A link to an object that is also deleted
 * is restored with that object. With an application, the service principal in its own tenant is restored as well,
 * unless there is a new one. Returns false and changes nothing when another object has taken a unique name.
 */
export function restoreDeleted(directory: Directory, { id, type, object }: DeletedObject): boolean {
  const { database } = directory;
  const row = database.get("SELECT savedRows FROM deletedObject WHERE id = ?", id);
  if (row === undefined) {
    return false;
  }
  const saved = JSON.parse(textColumn(row, "savedRows"), readBytes) as readonly SavedRow[];
  return database.transaction(() => {
    const own = saved.filter(({ table }) => !Object.hasOwn(linkTables, table));
    if (own.some((entry) => isTaken(directory, entry))) {
      return false;
    }
    purgeDeleted(directory, id);
    for (const entry of own) {
      insert(directory, entry);
    }
    for (const entry of saved.filter(({ table }) => Object.hasOwn(linkTables, table))) {
      restoreLink(directory, entry);
    }
    const servicePrincipal = type === "application" ? ownServicePrincipal(directory, object) : undefined;
    if (servicePrincipal !== undefined) {
      restoreDeleted(directory, servicePrincipal);
    }
    return true;
  });
}

function rowsOf({ database }: Directory, table: string, columns: readonly string[], id: string): readonly SavedRow[] {
  const condition = columns.map((column) => `${column} = ?`).join(" OR ");
  return database
    .all(`SELECT * FROM ${table} WHERE ${condition} ORDER BY rowid`, ...columns.map(() => id))
    .map((row) => ({ table, row }));
}

/** The unique columns other than the ids, which no other object can have. */
const uniqueNames: Readonly<Record<string, readonly string[]>> = {
  user: ["userPrincipalName"],
  directoryGroup: ["tenantId", "uniqueName"],
  application: ["appId"],
  identifierUri: ["tenantId", "uri"],
  servicePrincipal: ["tenantId", "appId"],
  servicePrincipalName: ["tenantId", "name"],
};

function isTaken({ database }: Directory, { table, row }: SavedRow): boolean {
  const columns = uniqueNames[table];
  return (
    columns !== undefined &&
    database.get(
      `SELECT 1 FROM ${table} WHERE ${columns.map((column) => `${column} = ?`).join(" AND ")}`,
      ...columns.map((column) => row[column] ?? null),
    ) !== undefined
  );
}

function insert({ database }: Directory, { table, row }: SavedRow): void {
  const columns = Object.keys(row);
  const values: SqlValue[] = Object.values(row);
  const placeholders = columns.map(() => "?").join(", ");
  database.run(`INSERT OR IGNORE INTO ${table} (${columns.join(", ")}) VALUES (${placeholders})`, ...values);
}

function restoreLink(directory: Directory, entry: SavedRow): void {
  const ids = (linkTables[entry.table] ?? []).map((column) => entry.row[column]).filter((id) => typeof id === "string");
  const missing = ids.filter((id) => !isLive(directory, id));
  if (missing.length === 0) {
    insert(directory, entry);
    return;
  }
  const [missingId] = missing;
  const found = directory.database.get("SELECT savedRows FROM deletedObject WHERE id = ?", missingId ?? "");
  if (found !== undefined) {
    const saved = JSON.parse(textColumn(found, "savedRows"), readBytes) as readonly SavedRow[];
    const text = JSON.stringify([...saved, entry], writeBytes);
    directory.database.run("UPDATE deletedObject SET savedRows = ? WHERE id = ?", text, missingId ?? "");
  }
}

function isLive({ database }: Directory, id: string): boolean {
  const tables = Object.values(ownTables).flatMap(([first]) => (first === undefined ? [] : [first[0]]));
  return tables.some((table) => database.get(`SELECT 1 FROM ${table} WHERE id = ?`, id) !== undefined);
}

function ownServicePrincipal(directory: Directory, application: DeletedObject["object"]): DeletedObject | undefined {
  const appId: unknown = Reflect.get(application, "appId");
  return listDeleted(directory, application.tenantId, "servicePrincipal").find(
    ({ object }) => Reflect.get(object, "appId") === appId,
  );
}

function purgeExpired({ database, clock }: Directory): void {
  database.run("DELETE FROM deletedObject WHERE deletedMs <= ?", clock.now() - retentionMs);
}

function readDeleted(row: Row): DeletedObject {
  const deletedDateTime = isoSeconds(numberColumn(row, "deletedMs"));
  return {
    id: textColumn(row, "id"),
    type: textColumn(row, "type") as DeletableType,
    object: { ...JSON.parse(textColumn(row, "document")), deletedDateTime },
  };
}

function writeBytes(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : value;
}

function readBytes(_: string, value: unknown): unknown {
  const isBytes = typeof value === "object" && value !== null && "base64" in value && typeof value.base64 === "string";
  return isBytes ? new Uint8Array(Buffer.from(value.base64 as string, "base64")) : value;
}
