import {
  findChangedProperties,
  latestChange,
  listChanges,
  type ObjectChange,
  type TrackedType,
} from "../../directory/changes.ts";
import type { Directory } from "../../directory/directory.ts";
import { getDeleted } from "../../directory/directoryObjects/deletedObjects.ts";
import type { Page, PageRequest } from "../../directory/paging.ts";
import type { EntityType } from "../collection/entityType.ts";
import { metadataUrl, showItem } from "../collection/responseBody.ts";
import type { GraphRequest, GraphResponse, JsonObject } from "../request/route.ts";
import { type DeltaState, readDeltaState, writeDeltaToken } from "./deltaState.ts";

/** A collection whose changes can be tracked. */
export interface DeltaSource<Item> {
  readonly type: EntityType<Item>;
  readonly tracked: TrackedType;
  /** How many objects can be tracked by id. Default: unlimited. */
  readonly maxIds?: number;
  /** `ids`: the tracked objects. The condition of `request` selects the same ones. */
  list(
    directory: Directory,
    tenantId: string,
    request: PageRequest<"id">,
    ids: readonly string[] | undefined,
  ): Page<Item>;
  /** Finds an object by its id in the change log. */
  find(directory: Directory, id: string, tenantId: string): Item | undefined;
  /** Maps an object's id to its id in the change log. Default: the same id. */
  idInLog?(id: string, tenantId: string): string;
  /** Returns what is reported about an object beside its properties. Without a change: everything. */
  annotate?(
    request: GraphRequest,
    item: Item,
    names: readonly string[] | undefined,
    change: ObjectChange | undefined,
  ): JsonObject;
}

interface DeltaPage {
  readonly value: readonly JsonObject[];
  /** The state of the next page; `undefined` on the last page. */
  readonly next: DeltaState | undefined;
  /** The change that the next round starts after. */
  readonly nextSince: number;
}

const pageSize = 100;

/** The first round returns all objects; each later round returns what has changed since the one before. */
export function answerDelta<Item>(request: GraphRequest, source: DeltaSource<Item>): GraphResponse {
  const { type } = source;
  const state = readDeltaState(request, type, source.maxIds);
  const { value, next, nextSince } =
    typeof state.after === "string"
      ? firstRound(request, source, state, state.after)
      : laterRound(request, source, state, state.after);
  const link = `${request.origin}${request.url.pathname}?`;
  const token = writeDeltaToken(request, type, next ?? { ...state, since: nextSince, after: nextSince });
  const selection = state.select === undefined ? "" : `(${state.select.join(",")})`;
  return {
    kind: "json",
    status: 200,
    body: {
      "@odata.context": `${metadataUrl(request)}${type.set}${selection}`,
      ...(next === undefined
        ? { "@odata.deltaLink": `${link}$deltatoken=${token}` }
        : { "@odata.nextLink": `${link}$skiptoken=${token}` }),
      value,
    },
  };
}

function firstRound<Item>(
  request: GraphRequest,
  source: DeltaSource<Item>,
  state: DeltaState,
  after: string,
): DeltaPage {
  const page = {
    limit: pageSize,
    after: after === "" ? undefined : { id: after, key: after },
    condition: state.ids && { sql: "id IN (SELECT value FROM json_each(?))", values: [JSON.stringify(state.ids)] },
  };
  const { items, next } = source.list(request.directory, request.tenant.id, page, state.ids);
  return {
    value: items.map((item) => show(request, source, state, item, undefined)),
    next: next && { ...state, after: next.id },
    nextSince: state.since,
  };
}

function laterRound<Item>(
  request: GraphRequest,
  source: DeltaSource<Item>,
  state: DeltaState,
  after: number,
): DeltaPage {
  const { directory, tenant } = request;
  const { since, select: properties } = state;
  const ids = state.ids?.map((id) => source.idInLog?.(id, tenant.id) ?? id);
  const limit = pageSize + 1;
  const changes = listChanges(directory, tenant.id, source.tracked, { since, after, limit, properties, ids });
  const reported = changes.slice(0, pageSize);
  const last = reported.at(-1);
  return {
    value: reported.map((change) => {
      const item = source.find(directory, change.objectId, tenant.id);
      return item === undefined ? showRemoved(request, change.objectId) : show(request, source, state, item, change);
    }),
    next: changes.length > pageSize && last !== undefined ? { ...state, after: last.sequence } : undefined,
    nextSince: latestChange(directory),
  };
}

function show<Item>(
  request: GraphRequest,
  { type, annotate }: DeltaSource<Item>,
  { select }: DeltaState,
  item: Item,
  change: ObjectChange | undefined,
): JsonObject {
  const { directory, minimal } = request;
  const changed = change?.properties.filter((name) => Object.hasOwn(type.properties, name)) ?? [];
  const isComplete = !minimal || change === undefined || change.properties.includes("");
  const reported = isComplete ? (select ?? [...type.defaults, ...changed]) : changed;
  const names = reported.filter((name) => name !== "members");
  const shown = showItem({ directory }, type, item, [...new Set([...names, "id"])]);
  return { ...omitNeverSet(directory, type.id(item), shown), ...annotate?.(request, item, select, change) };
}

/** @see https://learn.microsoft.com/graph/api/user-delta#default-return-the-same-properties-as-initial-delta-request */
function omitNeverSet(directory: Directory, id: string, shown: JsonObject): JsonObject {
  const properties = Object.entries(shown);
  const nullNames = properties.filter(([, value]) => value === null).map(([name]) => name);
  const changedNames = findChangedProperties(directory, id, nullNames);
  return Object.fromEntries(properties.filter(([name, value]) => value !== null || changedNames.has(name)));
}

/** @see https://learn.microsoft.com/graph/delta-query-overview#resource-representation-in-the-delta-query-response */
function showRemoved({ directory, tenant }: GraphRequest, id: string): JsonObject {
  const isRestorable = getDeleted(directory, tenant.id, id) !== undefined;
  return { id, "@removed": { reason: isRestorable ? "changed" : "deleted" } };
}
