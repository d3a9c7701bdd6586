import { isGuid } from "../../core/guid.ts";
import type { EntityType } from "../collection/entityType.ts";
import type { Filter, Literal } from "../odata/filterSyntax.ts";
import { parseFilter } from "../odata/parseFilter.ts";
import { type Fault, fault, isFault } from "../request/graphErrors/faults.ts";

/** The objects that `$filter=id eq '...' or id eq '...'` names; no other filter is supported. `undefined`: all objects. */
export function readFollowedIds(
  filter: string | undefined,
  { resource }: Pick<EntityType<never>, "resource">,
  most: number | undefined = Number.POSITIVE_INFINITY,
): readonly string[] | undefined | Fault {
  if (filter === undefined) {
    return undefined;
  }
  const parsed = parseFilter(filter);
  if (parsed.kind === "invalid") {
    return fault("filterSyntax", { reason: parsed.reason });
  }
  const ids = idsIn(parsed.filter, resource);
  return isFault(ids) || ids.length <= most
    ? ids
    : fault("filterUnsupported", { property: "id", resource }, { why: `at most ${most} objects are followed by id` });
}

function idsIn(filter: Filter, resource: string): readonly string[] | Fault {
  if (filter.kind === "or") {
    const parts = filter.operands.map((operand) => idsIn(operand, resource));
    return parts.find(isFault) ?? parts.flatMap((part) => (isFault(part) ? [] : part));
  }
  const values: readonly Literal[] =
    filter.kind === "in" ? filter.values : filter.kind === "compare" && filter.operator === "eq" ? [filter.value] : [];
  const property = "property" in filter ? filter.property : "id";
  const ids = values.flatMap((value) => (value.type === "String" || value.type === "Guid" ? [value.value] : []));
  return property.toLowerCase() === "id" && ids.length > 0
    ? ids.map((id) => (isGuid(id) ? id.toLowerCase() : id))
    : fault("filterUnsupported", { property, resource }, { why: "changes can be filtered only by id eq '...'" });
}
