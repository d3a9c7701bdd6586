import type { PageCondition } from "../../directory/paging.ts";
import { type CollectionQuery, matchesQuery, readCollectionQuery } from "../odata/collectionQuery.ts";
import { countedName } from "../odata/filter/filterSyntax.ts";
import { narrowFilter } from "../odata/filter/narrowFilter.ts";
import { readPageToken, writePageToken } from "../odata/opaqueToken.ts";
import { comparePlaces, type OrderKey, type Place } from "../odata/orderBy.ts";
import { checkAllowedOptions, checkSingleObject, readSelect } from "../odata/queryOptions.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, GraphResponse, JsonObject } from "../request/route.ts";
import type { EntityType, ItemSource } from "./entityType.ts";
import { type Expansion, expand, findRelationship, readExpansion } from "./expand.ts";
import { metadataUrl, showItem } from "./responseBody.ts";

/** How many objects are read at a time while a filter is evaluated. */
const scanBatch = 500;

/**
 * Returns a page of a collection, as requested by `$filter`, `$search`, `$orderby`, `$top`, `$select`, `$count` and
 * `$skiptoken`.
 */
export function answerCollection<Item>(
  request: GraphRequest,
  type: EntityType<Item>,
  source: ItemSource<Item>,
): GraphResponse {
  const query = readCollectionQuery(request.options, type, request.eventual, relationshipNameOf(type));
  const expansion = readExpansion(request, type);
  const after = readPlace(request, query);
  const read = propertyReader(request, type);
  const condition = query.filter && narrowFilter(query.filter, type.properties, request.tenant.id);
  const found = take(query.top + 1, pagedItems({ source, type, query, condition, after, read }));
  const page = found.slice(0, query.top);
  const last = page.at(-1);
  const hasNext = found.length > query.top && last !== undefined;
  return {
    kind: "json",
    status: 200,
    body: {
      "@odata.context": `${metadataUrl(request)}${type.set}${contextSelection(query.select, expansion)}`,
      ...(query.count && after === undefined ? { "@odata.count": countItems(request, type, source, query) } : {}),
      ...(hasNext ? { "@odata.nextLink": nextLink(request, query, placeOf(last, query.order, type, read)) } : {}),
      value: page.map((item) => showExpanded(request, type, item, query.select, expansion)),
    },
  };
}

/** Returns the plain number for `/$count`. */
export function answerCount<Item>(
  request: GraphRequest,
  type: EntityType<Item>,
  source: ItemSource<Item>,
): GraphResponse {
  if (!request.eventual) {
    throw new GraphError("countUnsupported", {}, { reason: "/$count needs the header ConsistencyLevel: eventual" });
  }
  checkAllowedOptions(request.options, ["filter", "search"]);
  // The header alone makes this an advanced query, because `$count=true` cannot be sent here.
  const options = new Map([...request.options, ["count", "true"] as const]);
  const query = readCollectionQuery(options, type, true, relationshipNameOf(type));
  return { kind: "text", text: String(countItems(request, type, source, query)) };
}

/** Returns one object with the properties in `$select`, or the default ones. */
export function answerEntity<Item>(request: GraphRequest, type: EntityType<Item>, item: Item): GraphResponse {
  checkSingleObject(request.options);
  const select = readSelect(request.options, type, false);
  const expansion = readExpansion(request, type);
  const context = `${metadataUrl(request)}${type.set}${contextSelection(select, expansion)}/$entity`;
  const shown = showExpanded(request, type, item, select, expansion);
  return { kind: "json", status: 200, body: { "@odata.context": context, ...shown } };
}

function showExpanded<Item>(
  request: GraphRequest,
  type: EntityType<Item>,
  item: Item,
  select: readonly string[] | undefined,
  expansion: Expansion | undefined,
): JsonObject {
  const shown = showItem(request, type, item, select);
  return expansion === undefined ? shown : { ...shown, ...expand(request, expansion, type.id(item)) };
}

/** @see OData Version 4.0 Part 1, section 10.11 */
function contextSelection(select: readonly string[] | undefined, expansion?: Expansion): string {
  const parts = [
    ...(select ?? []),
    ...(expansion === undefined ? [] : [`${expansion.relationship.name}(${expansion.select?.join(",") ?? ""})`]),
  ];
  return parts.length === 0 ? "" : `(${parts.join(",")})`;
}

type Reader<Item> = (item: Item) => (property: string) => unknown;

function propertyReader<Item>({ directory, tenant }: GraphRequest, type: EntityType<Item>): Reader<Item> {
  return (item) => (property) => {
    const counted = countedName(property);
    if (counted === undefined) {
      return type.value(item, property, directory);
    }
    const relationship = findRelationship(type.name, counted);
    const found = relationship?.list(directory, tenant.id, type.id(item), 1) ?? type.value(item, counted, directory);
    return Array.isArray(found) ? found.length : 0;
  };
}

interface Scan<Item> {
  readonly source: ItemSource<Item>;
  readonly type: EntityType<Item>;
  readonly query: CollectionQuery;
  readonly condition: PageCondition | undefined;
  readonly after: Place | undefined;
  readonly read: Reader<Item>;
}

/**
 * Yields the matching objects after the end of the last page in the requested order, and reads no more than are
 * consumed.
 */
function* pagedItems<Item>(scan: Scan<Item>): Generator<Item> {
  const { source, type, query, after, read } = scan;
  const [key, ...further] = query.order;
  if (key === undefined || (further.length === 0 && source.orders.includes(key.property))) {
    yield* matchingItems(scan, key);
    return;
  }
  const places = [...matchingItems({ ...scan, after: undefined }, undefined)].map((item) => ({
    item,
    place: placeOf(item, query.order, type, read),
  }));
  places.sort((left, right) => comparePlaces(query.order, left.place, right.place));
  for (const { item, place } of places) {
    if (after === undefined || comparePlaces(query.order, place, after) > 0) {
      yield item;
    }
  }
}

function* matchingItems<Item>(scan: Scan<Item>, order: OrderKey | undefined): Generator<Item> {
  const { source, query, condition, read } = scan;
  const matches = query.filter !== undefined || query.search !== undefined;
  const limit = matches ? scanBatch : query.top + 1;
  let after = scan.after && { id: scan.after.id, key: scan.after.keys[0] ?? scan.after.id };
  do {
    const page = source.page({ limit, after, condition, orderBy: order?.property, descending: order?.descending });
    for (const item of page.items) {
      if (!matches || matchesQuery(query, read(item))) {
        yield item;
      }
    }
    after = page.next;
  } while (after !== undefined);
}

function countItems<Item>(
  request: GraphRequest,
  type: EntityType<Item>,
  source: ItemSource<Item>,
  query: CollectionQuery,
): number {
  if (query.filter === undefined && query.search === undefined) {
    return source.count();
  }
  const condition = query.filter && narrowFilter(query.filter, type.properties, request.tenant.id);
  const read = propertyReader(request, type);
  let count = 0;
  for (const _ of matchingItems({ source, type, query, condition, after: undefined, read }, undefined)) {
    count++;
  }
  return count;
}

function placeOf<Item>(item: Item, order: readonly OrderKey[], type: EntityType<Item>, read: Reader<Item>): Place {
  const keys = order.map(({ property }) => {
    const value = read(item)(property);
    return typeof value === "string" ? value : null;
  });
  return { id: type.id(item), keys };
}

function take<Item>(count: number, items: Iterable<Item>): readonly Item[] {
  const taken: Item[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === count) {
      break;
    }
  }
  return taken;
}

function readPlace(request: GraphRequest, query: CollectionQuery): Place | undefined {
  const token = request.options.get("skiptoken");
  if (token === undefined) {
    return undefined;
  }
  const place = readPageToken(token, queryIdentity(request, query));
  if (place?.keys.length !== query.order.length) {
    const reason = "the $skiptoken is damaged or belongs to another query; start again without it";
    throw new GraphError("pageToken", {}, { reason });
  }
  return place;
}

/** What a page token is bound to: with another filter or order, the next page would skip or repeat objects. */
function queryIdentity({ options, tenant, url }: GraphRequest, query: CollectionQuery): string {
  const order = query.order.map(({ property, descending }) => `${property} ${descending}`);
  return JSON.stringify([tenant.id, url.pathname.toLowerCase(), options.get("filter"), options.get("search"), order]);
}

/** The caller's own URL, unchanged except for `$skiptoken`. */
function nextLink(request: GraphRequest, query: CollectionQuery, place: Place): string {
  const token = writePageToken(place, queryIdentity(request, query));
  const otherOptions = request.url.search
    .slice(1)
    .split("&")
    .filter((part) => part !== "" && !/^(?:\$|%24)?skiptoken=/i.test(part));
  return `${request.origin}${request.url.pathname}?${[...otherOptions, `$skiptoken=${token}`].join("&")}`;
}

function relationshipNameOf({ name: type }: Pick<EntityType<never>, "name">): (name: string) => string | undefined {
  return (name) => findRelationship(type, name)?.name;
}
