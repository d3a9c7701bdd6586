/** The tables whose changes Graph reports, with the types that `deletedObject` uses. */
const trackedTypes = {
  user: "user",
  directoryGroup: "group",
  application: "application",
  servicePrincipal: "servicePrincipal",
} as const;

/** Rows that belong to an object and count as one of its properties. `property` is SQL over `row.`. */
interface PropertyTable {
  readonly table: string;
  readonly owner: keyof typeof trackedTypes;
  readonly key: string;
  readonly property: string;
}

const propertyTables: readonly PropertyTable[] = [
  {
    table: "groupMember",
    owner: "directoryGroup",
    key: "groupId",
    property: "'members/' || row.memberType || '/' || row.memberId",
  },
  { table: "passwordCredential", owner: "application", key: "applicationId", property: "'passwordCredentials'" },
  { table: "keyCredential", owner: "application", key: "applicationId", property: "'keyCredentials'" },
];

// In a trigger, the outer statement's conflict clause would override its own. Hence DELETE, then INSERT.
export function replaceEntries(objectId: string, entries: string): string {
  return `
    DELETE FROM objectChange WHERE objectId = ${objectId} AND property IN (SELECT property FROM (${entries}));
    INSERT INTO objectChange (tenantId, type, objectId, property) ${entries};`;
}

function objectTriggers([table, type]: readonly [string, string]): string {
  const objectEntry = (row: string): string =>
    replaceEntries(`${row}.id`, `SELECT ${row}.tenantId, '${type}', ${row}.id, '' AS property`);
  const changedEntries = `SELECT NEW.tenantId, '${type}', NEW.id, entry.key AS property FROM json_each(NEW.document) AS entry
    WHERE entry.value IS NOT OLD.document ->> ('$.' || entry.key)`;
  return `
  CREATE TRIGGER ${table}Came AFTER INSERT ON ${table} BEGIN ${objectEntry("NEW")} END;
  CREATE TRIGGER ${table}Went AFTER DELETE ON ${table} BEGIN ${objectEntry("OLD")} END;
  CREATE TRIGGER ${table}Changed AFTER UPDATE OF document ON ${table} BEGIN ${replaceEntries("NEW.id", changedEntries)} END;`;
}

/** Part of a released schema, like `changeLog`. */
export function propertyTriggers({ table, owner, key, property }: PropertyTable): string {
  const entry = (row: string): string =>
    replaceEntries(
      `${row}.${key}`,
      `SELECT tenantId, '${trackedTypes[owner]}', id, ${property.replaceAll("row.", `${row}.`)} AS property
       FROM ${owner} WHERE id = ${row}.${key}`,
    );
  return `
  CREATE TRIGGER ${table}Came AFTER INSERT ON ${table} BEGIN ${entry("NEW")} END;
  CREATE TRIGGER ${table}Went AFTER DELETE ON ${table} BEGIN ${entry("OLD")} END;`;
}

/**
 * The newest change of each property of each object, recorded by the database itself. An empty property means that the
 * object was created or deleted. Part of a released schema: never edit it, only add a migration.
 */
export const changeLog: string = `
  CREATE TABLE changeLog (id TEXT PRIMARY KEY) STRICT;
  CREATE TABLE objectChange (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    tenantId TEXT NOT NULL,
    type TEXT NOT NULL,
    objectId TEXT NOT NULL,
    property TEXT NOT NULL,
    UNIQUE (objectId, property)
  ) STRICT;
  CREATE INDEX objectChangeByType ON objectChange (tenantId, type, sequence);
  ${Object.entries(trackedTypes).map(objectTriggers).join("")}
  ${propertyTables.map(propertyTriggers).join("")}
  CREATE TRIGGER deletedObjectWent AFTER DELETE ON deletedObject BEGIN
    ${replaceEntries("OLD.id", "SELECT OLD.tenantId, OLD.type, OLD.id, '' AS property")}
  END;
`;
