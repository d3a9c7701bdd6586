import { randomGuid } from "../core/random.ts";
import { numberColumn, type SqlValue, textColumn } from "../storage/database.ts";
import type { Directory } from "./directory.ts";
import type { DeletableType } from "./directoryObjects/deletedObjects.ts";

/** The types whose changes Graph can track. */
export type TrackedType = DeletableType | "directoryRole" | "oauth2PermissionGrant";

/** The changes of an object. */
export interface ObjectChange {
  readonly objectId: string;
  /** The sequence number of its latest change. Sequence numbers increase. */
  readonly sequence: number;
  /**
   * The changed properties. Empty string: the object was created, deleted or restored. A member of a group or role:
   * `members/User/{id}`.
   */
  readonly properties: readonly string[];
}

export interface ChangesRequest {
  readonly since: number;
  /** Objects whose latest change is not after this one were already reported. */
  readonly after: number;
  readonly limit: number;
  /** Default all. */
  readonly properties: readonly string[] | undefined;
  readonly ids: readonly string[] | undefined;
}

/** Identifies the change log, so that the sequence numbers of one directory are not taken for those of another. */
export function changeLogId({ database, random }: Directory): string {
  const row = database.get("SELECT id FROM changeLog");
  if (row !== undefined) {
    return textColumn(row, "id");
  }
  const id = randomGuid(random);
  database.run("INSERT INTO changeLog (id) VALUES (?)", id);
  return id;
}

/** The sequence number of the latest change; 0 before the first. */
export function latestChange({ database }: Directory): number {
  const row = database.get("SELECT seq FROM sqlite_sequence WHERE name = 'objectChange'");
  return row === undefined ? 0 : numberColumn(row, "seq");
}

/** Returns which of the properties have changed since the object was created. */
export function findChangedProperties(
  { database }: Directory,
  objectId: string,
  properties: readonly string[],
): ReadonlySet<string> {
  const sql = "SELECT property FROM objectChange WHERE objectId = ? AND property IN (SELECT value FROM json_each(?))";
  return new Set(database.all(sql, objectId, JSON.stringify(properties)).map((row) => textColumn(row, "property")));
}

/** Lists each changed object once, in the order of the latest changes. */
export function listChanges(
  { database }: Directory,
  tenantId: string,
  type: TrackedType,
  { since, after, limit, properties, ids }: ChangesRequest,
): readonly ObjectChange[] {
  const conditions = ["tenantId = ?", "type = ?", "sequence > ?"];
  const values: SqlValue[] = [tenantId, type, since];
  if (properties !== undefined) {
    const name = "substr(property, 1, instr(property || '/', '/') - 1)";
    conditions.push(`${name} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(["", ...properties]));
  }
  if (ids !== undefined) {
    conditions.push("objectId IN (SELECT value FROM json_each(?))");
    values.push(JSON.stringify(ids));
  }
  return database
    .all(
      `SELECT objectId, max(sequence) AS sequence, json_group_array(property) AS properties FROM objectChange
       WHERE ${conditions.join(" AND ")}
       GROUP BY objectId HAVING max(sequence) > ? ORDER BY max(sequence) LIMIT ?`,
      ...values,
      after,
      limit,
    )
    .map((row) => ({
      objectId: textColumn(row, "objectId"),
      sequence: numberColumn(row, "sequence"),
      properties: JSON.parse(textColumn(row, "properties")),
    }));
}
