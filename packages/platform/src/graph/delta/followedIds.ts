import { isGuid } from "../../core/guid.ts";
import type { EntityType } from "../collection/entityType.ts";
import type { Filter, Literal } from "../odata/filter/filterSyntax.ts";
import { parseFilter } from "../odata/filter/parseFilter.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";

/** The objects that `$filter=id eq '...' or id eq '...'` names; no other filter is supported. `undefined`: all objects. */
export function readFollowedIds(
  filter: string | undefined,
  { resource }: Pick<EntityType<never>, "resource">,
  most: number | undefined = Number.POSITIVE_INFINITY,
): readonly string[] | undefined {
  if (filter === undefined) {
    return undefined;
  }
  const ids = idsIn(parseFilter(filter), resource);
  if (ids.length > most) {
    const why = `at most ${most} objects are followed by id`;
    throw new GraphError("filterUnsupported", { property: "id", resource }, { why });
  }
  return ids;
}

function idsIn(filter: Filter, resource: string): readonly string[] {
  if (filter.kind === "or") {
    return filter.operands.flatMap((operand) => idsIn(operand, resource));
  }
  const values: readonly Literal[] =
    filter.kind === "in" ? filter.values : filter.kind === "compare" && filter.operator === "eq" ? [filter.value] : [];
  const property = "property" in filter ? filter.property : "id";
  const ids = values.flatMap((value) => (value.type === "String" || value.type === "Guid" ? [value.value] : []));
  if (property.toLowerCase() !== "id" || ids.length === 0) {
    const why = "changes can be filtered only by id eq '...'";
    throw new GraphError("filterUnsupported", { property, resource }, { why });
  }
  return ids.map((id) => (isGuid(id) ? id.toLowerCase() : id));
}
