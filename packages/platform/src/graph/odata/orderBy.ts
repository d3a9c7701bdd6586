import { type EntityType, propertyName } from "../collection/entityType.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { compareFolded } from "./fold.ts";

export interface OrderKey {
  readonly property: string;
  readonly descending: boolean;
}

/** What else in the request affects sorting. */
export interface OrderContext {
  readonly advanced: boolean;
  /** Whether the request also filters or searches. */
  readonly restricted: boolean;
}

/** @see https://learn.microsoft.com/graph/aad-advanced-queries#support-for-sorting-by-properties-of-azure-ad-directory-objects */
export function parseOrderBy(
  text: string,
  type: Pick<EntityType<never>, "name" | "resource" | "properties">,
  { advanced, restricted }: OrderContext,
): readonly OrderKey[] {
  const keys: OrderKey[] = [];
  for (const part of text.split(",")) {
    const [name = "", direction = "asc", ...rest] = part.trim().split(/\s+/);
    const property = propertyName(type, name);
    if (property === undefined) {
      throw new GraphError("orderByProperty", { property: name, type: type.name });
    }
    if (rest.length > 0 || !/^(?:asc|desc)$/i.test(direction)) {
      throw new GraphError("searchSyntax", { reason: `Syntax error at position ${name.length} in '${part.trim()}'.` });
    }
    const support = type.properties[property]?.orderBy;
    if (support === undefined || (support === "advanced" && !advanced)) {
      throw new GraphError("sortPropertyUnsupported", { property, resource: type.resource });
    }
    keys.push({ property, descending: direction.toLowerCase() === "desc" });
  }
  if (restricted && !advanced) {
    throw new GraphError("sortingUnsupported", {});
  }
  return keys;
}

/** An object's position in an order: the values it is sorted by, then its id. */
export interface Place {
  readonly keys: readonly (string | null)[];
  readonly id: string;
}

export function comparePlaces(order: readonly OrderKey[], left: Place, right: Place): number {
  for (const [index, { descending }] of order.entries()) {
    const result = compareKeys(left.keys[index] ?? null, right.keys[index] ?? null);
    if (result !== 0) {
      return descending ? -result : result;
    }
  }
  return left.id < right.id ? -1 : Number(left.id > right.id);
}

function compareKeys(left: string | null, right: string | null): number {
  if (left === null || right === null) {
    return Number(right === null) - Number(left === null);
  }
  return compareFolded(left, right);
}
