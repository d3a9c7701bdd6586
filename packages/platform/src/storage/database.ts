import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

export type SqlValue = SQLInputValue;
export type Row = Readonly<Record<string, SQLOutput>>;
type SQLOutput = null | number | bigint | string | Uint8Array;

/** The part of SQLite that the platform uses. Synchronous, because a query takes microseconds. */
export interface Database {
  run(sql: string, ...values: SqlValue[]): number;
  get(sql: string, ...values: SqlValue[]): Row | undefined;
  all(sql: string, ...values: SqlValue[]): Row[];
  /** Runs `work` in a transaction. A nested call joins the outer transaction. */
  transaction<Result>(work: () => Result): Result;
  /** A number that changes with every change of the data, by any connection. */
  version(): number;
  /** Runs several statements without values, for schemas. */
  execute(sql: string): void;
  close(): void;
}

export function connect(location: string): Database {
  const connection = new DatabaseSync(location, { timeout: 5_000 });
  // WAL with NORMAL survives a killed process. A power failure can lose the last transactions, but not damage the file.
  connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
  const statements = new Map<string, StatementSync>();
  const isShared = location !== ":memory:";
  let depth = 0;
  let ownChanges = 0;

  function statement(sql: string): StatementSync {
    let prepared = statements.get(sql);
    if (prepared === undefined) {
      prepared = connection.prepare(sql);
      statements.set(sql, prepared);
    }
    return prepared;
  }

  return {
    run(sql, ...values) {
      ownChanges++;
      return Number(statement(sql).run(...values).changes);
    },
    get: (sql, ...values) => statement(sql).get(...values) as Row | undefined,
    all: (sql, ...values) => statement(sql).all(...values) as Row[],
    transaction(work) {
      if (depth > 0) {
        return work();
      }
      connection.exec("BEGIN IMMEDIATE");
      depth++;
      try {
        const result = work();
        connection.exec("COMMIT");
        return result;
      } catch (error) {
        // Data that was read during the transaction is no longer valid.
        ownChanges++;
        connection.exec("ROLLBACK");
        throw error;
      } finally {
        depth--;
      }
    },
    // data_version counts commits of other connections, which a database in memory does not have.
    version: () => ownChanges + (isShared ? Number(statement("PRAGMA data_version").get()?.["data_version"]) : 0),
    execute(sql) {
      ownChanges++;
      connection.exec(sql);
    },
    close() {
      statements.clear();
      connection.close();
    },
  };
}

/** SQLite returns untyped columns. These functions read one, and throw when the schema and the code disagree. */
export function textColumn(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== "string") {
    throw new TypeError(`Column ${name} is ${typeof value}, expected text`);
  }
  return value;
}

export function optionalTextColumn(row: Row, name: string): string | undefined {
  return row[name] === null ? undefined : textColumn(row, name);
}

export function numberColumn(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== "number") {
    throw new TypeError(`Column ${name} is ${typeof value}, expected a number`);
  }
  return value;
}

export function bytesColumn(row: Row, name: string): Uint8Array {
  const value = row[name];
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(`Column ${name} is ${typeof value}, expected bytes`);
  }
  return value;
}
