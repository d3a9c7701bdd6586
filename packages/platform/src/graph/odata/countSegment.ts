import type { Filter } from "./filter/filterSyntax.ts";

const counted = /^(\w+)\/\$count$/i;

/** Of `owners/$count`, `owners`; `undefined` of any other path. */
export function countedName(path: string): string | undefined {
  return counted.exec(path)?.[1];
}

/**
 * Whether it asks if there are any: nothing else can be asked of the number of members of a collection.
 *
 * @see https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function asksForAny(filter: Filter): boolean {
  return (
    filter.kind === "compare" &&
    (filter.operator === "eq" || filter.operator === "ne") &&
    filter.value.type === "Number" &&
    filter.value.value === 0
  );
}
