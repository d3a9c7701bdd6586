import { type Row, type SqlValue, textColumn } from "../storage/database.ts";
import type { Directory } from "./directory.ts";

/** Where the previous page ended: the value of the sort column and the id of the last item. */
export interface PageCursor {
  readonly key: string;
  readonly id: string;
}

/** An additional SQL condition. The SQL comes from code; only the values may come from a caller. */
export interface PageCondition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export interface PageRequest<Order extends string> {
  readonly limit: number;
  readonly after?: PageCursor | undefined;
  /** Default `id`. */
  readonly orderBy?: Order | undefined;
  readonly descending?: boolean | undefined;
  /** Only items whose sort column starts with this text. The case of ASCII letters is ignored. */
  readonly startingWith?: string | undefined;
  /** Only items that meet this condition. */
  readonly condition?: PageCondition | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly next?: PageCursor | undefined;
}

const lastCharacter = "\u{10FFFF}";

/**
 * Reads a page by keyset: the cost depends on the page, not on its position. `read` gets the columns `id` and
 * `document`. A page is cached until something changes, for programs that poll.
 */
export function readPage<Item, Order extends string>(
  directory: Directory,
  table: string,
  tenantId: string,
  request: PageRequest<Order>,
  read: (row: Row) => Item,
): Page<Item> {
  const order = request.orderBy ?? "id";
  // The plus sign keeps SQLite from using the index on the id: with a condition, that would read the whole tenant.
  const id = request.condition === undefined ? "id" : "+id";
  const [direction, comparison] = request.descending ? ["DESC", "<"] : ["ASC", ">"];
  const conditions = ["tenantId = ?"];
  const values: SqlValue[] = [tenantId];
  if (request.startingWith !== undefined) {
    conditions.push(`${order} >= ? AND ${order} < ?`);
    values.push(request.startingWith, request.startingWith + lastCharacter);
  }
  if (request.condition !== undefined) {
    conditions.push(request.condition.sql);
    values.push(...request.condition.values);
  }
  if (request.after !== undefined && order === "id") {
    conditions.push(`${id} ${comparison} ?`);
    values.push(request.after.id);
  } else if (request.after !== undefined) {
    conditions.push(`(${order}, id) ${comparison} (?, ?)`);
    values.push(request.after.key, request.after.id);
  }
  const ordering = order === "id" ? `${id} ${direction}` : `${order} ${direction}, id ${direction}`;
  const sql = `SELECT id, document, ${order} FROM ${table} WHERE ${conditions.join(" AND ")} ORDER BY ${ordering} LIMIT ?`;
  return directory.memoize(
    JSON.stringify([sql, values, request.limit]),
    () => readRows(directory.database.all(sql, ...values, request.limit + 1), request.limit, order, read),
    ({ items }) => 1 + items.length,
  );
}

function readRows<Item>(rows: readonly Row[], limit: number, order: string, read: (row: Row) => Item): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(read);
  if (rows.length <= limit || last === undefined) {
    return { items };
  }
  return { items, next: { key: textColumn(last, order), id: textColumn(last, "id") } };
}
