import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { connect, type Database, numberColumn } from "./database.ts";
import { DataDirectoryError, makeDataDirectory } from "./dataDirectory.ts";
import { migrations } from "./migrations.ts";

const databaseFileName = "directory.sqlite";

/** Opens the database in `dataDirectory`, or in memory if it is undefined, and migrates its schema. */
export function openStorage(dataDirectory: string | undefined): Database {
  if (dataDirectory === undefined) {
    return migrateOrClose(connect(":memory:"), "in memory");
  }
  makeDataDirectory(dataDirectory);
  const file = join(dataDirectory, databaseFileName);
  return migrateOrClose(connectFile(dataDirectory, file), file);
}

function connectFile(dataDirectory: string, file: string): Database {
  try {
    // Created here so that it is never readable by other accounts, whatever the umask.
    closeSync(openSync(file, "a", 0o600));
    return connect(file);
  } catch (cause) {
    throw new DataDirectoryError(dataDirectory, cause);
  }
}

function migrateOrClose(database: Database, location: string): Database {
  try {
    migrate(database, location);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database, location: string): void {
  const version = numberColumn(database.get("PRAGMA user_version") ?? {}, "user_version");
  if (version > migrations.length) {
    throw new Error(
      `${location} was written by a newer release (schema ${version}; this release knows ${migrations.length}). ` +
        "Update Latchkey, or start with another data directory.",
    );
  }
  if (version === migrations.length) {
    return;
  }
  database.transaction(() => {
    for (const step of migrations.slice(version)) {
      database.execute(step);
    }
    database.execute(`PRAGMA user_version = ${migrations.length}`);
  });
}
