import type { EntityType } from "../collection/entityType.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { applyFilterRules } from "./filter/filterRules.ts";
import type { Filter } from "./filter/filterSyntax.ts";
import { matchesFilter, type ReadProperty } from "./filter/matchFilter.ts";
import { parseFilter } from "./filter/parseFilter.ts";
import { type OrderKey, parseOrderBy } from "./orderBy.ts";
import { type QueryOptions, readCount, readSelect, readTop } from "./queryOptions.ts";
import { matchesSearch, parseSearch, type Search } from "./search.ts";

/** What a request asks of a collection, checked against the rules of its type. */
export interface CollectionQuery {
  readonly filter: Filter | undefined;
  readonly search: Search | undefined;
  readonly order: readonly OrderKey[];
  readonly select: readonly string[] | undefined;
  readonly top: number;
  /** Whether the response includes the total number of matches. */
  readonly count: boolean;
}

type QueriedType = Pick<EntityType<never>, "name" | "resource" | "properties" | "singleObjectOnly">;
type RelationshipName = (name: string) => string | undefined;

/**
 * `eventual`: the request has the header `ConsistencyLevel: eventual`. `relationshipName` returns the relationship of the
 * type that `/$count` in a filter refers to.
 */
export function readCollectionQuery(
  options: QueryOptions,
  type: QueriedType,
  eventual: boolean,
  relationshipName: RelationshipName,
): CollectionQuery {
  if (options.has("skip")) {
    throw new GraphError("skipUnsupported", {});
  }
  if (options.has("deltatoken")) {
    throw new GraphError("unknownOption", { option: "$deltatoken" }, { reason: "only delta accepts a $deltatoken" });
  }
  const count = readCount(options);
  const top = readTop(options);
  const select = readSelect(options, type, true);
  const advanced = eventual && count;
  const filter = readFilter(options, type, advanced, relationshipName);
  const search = readSearch(options, type, eventual);
  const restricted = filter !== undefined || search !== undefined;
  const order = readOrder(options, type, { advanced, restricted });
  // Entra: `$count=true` without the header is ignored, not refused.
  return { filter, search, order, select, top, count: advanced };
}

export function matchesQuery({ filter, search }: CollectionQuery, read: ReadProperty): boolean {
  return (filter === undefined || matchesFilter(filter, read)) && (search === undefined || matchesSearch(search, read));
}

function readFilter(
  options: QueryOptions,
  type: QueriedType,
  advanced: boolean,
  relationshipName: RelationshipName,
): Filter | undefined {
  const text = options.get("filter");
  if (text === undefined) {
    return undefined;
  }
  return applyFilterRules(parseFilter(text), { type, advanced, relationshipName });
}

function readSearch(options: QueryOptions, type: QueriedType, eventual: boolean): Search | undefined {
  const text = options.get("search");
  if (text === undefined) {
    return undefined;
  }
  if (!eventual) {
    throw new GraphError("searchNeedsHeader", {});
  }
  return parseSearch(text, type);
}

function readOrder(
  options: QueryOptions,
  type: QueriedType,
  context: { readonly advanced: boolean; readonly restricted: boolean },
): readonly OrderKey[] {
  const text = options.get("orderby");
  return text === undefined ? [] : parseOrderBy(text, type, context);
}
