import { type Database, textColumn } from "./database.ts";

interface SavedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, null | number | bigint | string | Uint8Array>>[];
}

/**
 * Saves every row of the database. The returned function restores them, in the same order and with the same row ids.
 */
export function saveTables(database: Database): () => void {
  const tables = tableNames(database).map((name): SavedTable => {
    // Lists are read in the order of row ids, so row ids are saved too.
    const rows = database.all(`SELECT rowid AS "rowid", * FROM "${name}" ORDER BY rowid`);
    return { name, columns: ["rowid", ...columnNames(database, name)], rows };
  });
  return () => {
    database.transaction(() => {
      emptyTables(database);
      for (const { name, columns, rows } of tables) {
        const list = columns.map((column) => `"${column}"`).join(", ");
        const placeholders = columns.map(() => "?").join(", ");
        for (const row of rows) {
          database.run(
            `INSERT INTO "${name}" (${list}) VALUES (${placeholders})`,
            ...columns.map((column) => row[column] ?? null),
          );
        }
      }
    });
  };
}

/** Deletes every row. Call it in a transaction: references are checked only at its end. */
export function emptyTables(database: Database): void {
  // Tables are emptied and filled in any order, so rows may refer to rows that are added later.
  database.execute("PRAGMA defer_foreign_keys = ON");
  for (const name of tableNames(database)) {
    database.run(`DELETE FROM "${name}"`);
  }
}

/** Without the change log, which continues: restoring an earlier state is a change too. */
function tableNames(database: Database): readonly string[] {
  return database
    .all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
    .map((row) => textColumn(row, "name"))
    .filter((name) => name !== "changeLog" && name !== "objectChange");
}

function columnNames(database: Database, table: string): readonly string[] {
  return database
    .all(`SELECT name FROM pragma_table_info('${table}') ORDER BY cid`)
    .map((row) => textColumn(row, "name"));
}
