/** Objects that Graph tells the changes of: the table, and the type as `deletedObject` names it. */
const tracked = {
  user: "user",
  directoryGroup: "group",
  application: "application",
  servicePrincipal: "servicePrincipal",
} as const;

/** Rows that stand for a property of the object they belong to. `property` is SQL over `row.`. */
interface Belonging {
  readonly table: string;
  readonly owner: keyof typeof tracked;
  readonly key: string;
  readonly property: string;
}

const belonging: readonly Belonging[] = [
  {
    table: "groupMember",
    owner: "directoryGroup",
    key: "groupId",
    property: "'members/' || row.memberType || '/' || row.memberId",
  },
  { table: "passwordCredential", owner: "application", key: "applicationId", property: "'passwordCredentials'" },
  { table: "keyCredential", owner: "application", key: "applicationId", property: "'keyCredentials'" },
];

// The outer statement's conflict clause would replace one of the trigger's own: hence DELETE, then INSERT.
export function replaceEntries(objectId: string, entries: string): string {
  return `
    DELETE FROM objectChange WHERE objectId = ${objectId} AND property IN (SELECT property FROM (${entries}));
    INSERT INTO objectChange (tenantId, type, objectId, property) ${entries};`;
}

function ownTriggers([table, type]: readonly [string, string]): string {
  const whole = (row: string): string =>
    replaceEntries(`${row}.id`, `SELECT ${row}.tenantId, '${type}', ${row}.id, '' AS property`);
  const differing = `SELECT NEW.tenantId, '${type}', NEW.id, entry.key AS property FROM json_each(NEW.document) AS entry
    WHERE entry.value IS NOT OLD.document ->> ('$.' || entry.key)`;
  return `
  CREATE TRIGGER ${table}Came AFTER INSERT ON ${table} BEGIN ${whole("NEW")} END;
  CREATE TRIGGER ${table}Went AFTER DELETE ON ${table} BEGIN ${whole("OLD")} END;
  CREATE TRIGGER ${table}Changed AFTER UPDATE OF document ON ${table} BEGIN ${replaceEntries("NEW.id", differing)} END;`;
}

/** Part of a released schema, as `changeLog`. */
export function belongingTriggers({ table, owner, key, property }: Belonging): string {
  const entry = (row: string): string =>
    replaceEntries(
      `${row}.${key}`,
      `SELECT tenantId, '${tracked[owner]}', id, ${property.replaceAll("row.", `${row}.`)} AS property
       FROM ${owner} WHERE id = ${row}.${key}`,
    );
  return `
  CREATE TRIGGER ${table}Came AFTER INSERT ON ${table} BEGIN ${entry("NEW")} END;
  CREATE TRIGGER ${table}Went AFTER DELETE ON ${table} BEGIN ${entry("OLD")} END;`;
}

/**
 * The newest change of each property of each object, kept by the database itself whoever writes; an empty property
 * stands for an object that came or went. Part of a released schema: never edited, only followed by a migration.
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
  ${Object.entries(tracked).map(ownTriggers).join("")}
  ${belonging.map(belongingTriggers).join("")}
  CREATE TRIGGER deletedObjectWent AFTER DELETE ON deletedObject BEGIN
    ${replaceEntries("OLD.id", "SELECT OLD.tenantId, OLD.type, OLD.id, '' AS property")}
  END;
`;
