import type { PageCondition } from "../../../directory/paging.ts";
import type { PropertyIndex, PropertyTable } from "../../collection/entityType.ts";
import type { Filter } from "./filterSyntax.ts";

/** A part of a filter that an index can answer: the objects with one of these values, or with this prefix. */
type Narrowing =
  | { readonly kind: "oneOf"; readonly index: PropertyIndex; readonly values: readonly string[] }
  | { readonly kind: "prefix"; readonly index: PropertyIndex; readonly prefix: string };

/**
 * Returns a condition that an index can answer and that holds for every object satisfying the filter, or `undefined`
 * when there is none. It may match more objects: the filter itself still decides.
 */
export function narrowFilter(filter: Filter, properties: PropertyTable, tenantId: string): PageCondition | undefined {
  const narrowing = narrow(filter, properties);
  return narrowing === undefined ? undefined : condition(narrowing, tenantId);
}

function narrow(filter: Filter, properties: PropertyTable): Narrowing | undefined {
  switch (filter.kind) {
    case "and":
      return mostSelective(filter.operands.map((operand) => narrow(operand, properties)));
    case "or":
      return union(filter.operands.map((operand) => narrow(operand, properties)));
    case "compare":
      return filter.operator === "eq" && filter.value.type === "String"
        ? oneOf(properties[filter.property]?.index, [filter.value.value])
        : undefined;
    case "in": {
      const values = filter.values.flatMap((value) => (value.type === "String" ? [value.value] : []));
      return values.length === filter.values.length ? oneOf(properties[filter.property]?.index, values) : undefined;
    }
    case "text": {
      const index = properties[filter.property]?.index;
      return filter.name === "startswith" && index?.kind === "column" && filter.value !== "" && isAscii(filter.value)
        ? { kind: "prefix", index, prefix: filter.value.toLowerCase() }
        : undefined;
    }
    case "any": {
      const { predicate, variable } = filter;
      const index = properties[filter.property]?.index;
      return predicate?.kind === "compare" &&
        predicate.operator === "eq" &&
        predicate.property === variable &&
        predicate.value.type === "String"
        ? oneOf(index, [predicate.value.value])
        : undefined;
    }
    case "not":
      return undefined;
  }
}

function oneOf(index: PropertyIndex | undefined, values: readonly string[]): Narrowing | undefined {
  // SQLite ignores case for ASCII letters only; a filter ignores it for all letters.
  return index !== undefined && values.every(isAscii) ? { kind: "oneOf", index, values } : undefined;
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function mostSelective(narrowings: readonly (Narrowing | undefined)[]): Narrowing | undefined {
  const usable = narrowings.filter((narrowing) => narrowing !== undefined);
  return usable.find((narrowing) => narrowing.kind === "oneOf") ?? usable[0];
}

function union(narrowings: readonly (Narrowing | undefined)[]): Narrowing | undefined {
  const [first] = narrowings;
  if (first?.kind !== "oneOf") {
    return undefined;
  }
  const values: string[] = [];
  for (const narrowing of narrowings) {
    if (narrowing?.kind !== "oneOf" || narrowing.index !== first.index) {
      return undefined;
    }
    values.push(...narrowing.values);
  }
  return { ...first, values };
}

// The SQL depends only on the index and kind, not on the number of values: prepared statements are cached by their
// text.
function condition(narrowing: Narrowing, tenantId: string): PageCondition {
  const { index } = narrowing;
  if (narrowing.kind === "prefix") {
    const column = index.kind === "column" ? index.column : "";
    return {
      sql: `${column} >= ? AND ${column} < ?`,
      values: [narrowing.prefix, nextPrefix(narrowing.prefix)],
    };
  }
  const lower = index.kind === "column" && index.lowerCase === true;
  const values = JSON.stringify(lower ? narrowing.values.map((value) => value.toLowerCase()) : narrowing.values);
  return index.kind === "column"
    ? { sql: `${index.column} IN (SELECT value FROM json_each(?))`, values: [values] }
    : {
        sql: `id IN (SELECT ${index.owner} FROM ${index.table} WHERE tenantId = ? AND ${index.element} IN
              (SELECT value FROM json_each(?)))`,
        values: [tenantId, values],
      };
}

/** The first text after all texts that start with `prefix`. */
function nextPrefix(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}
