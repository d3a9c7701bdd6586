import { isGuid } from "../../core/guid.ts";
import { changeLogId, latestChange } from "../../directory/changes.ts";
import type { EntityType } from "../collection/entityType.ts";
import type { Filter, Literal } from "../odata/filter/filterSyntax.ts";
import { parseFilter } from "../odata/filter/parseFilter.ts";
import { readOpaqueToken, writeOpaqueToken } from "../odata/opaqueToken.ts";
import { checkAllowedOptions, readSelect } from "../odata/queryOptions.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

/** How far a round of change tracking has come, and what it was asked for. */
export interface DeltaState {
  /** The round reports changes after this one. In the first round: the change that the next round starts after. */
  readonly since: number;
  /** Where the previous page ended: in the first round, the id of an object; in a later one, a change. */
  readonly after: string | number;
  readonly select: readonly string[] | undefined;
  readonly ids: readonly string[] | undefined;
}

type DeltaType = Pick<EntityType<never>, "name" | "resource" | "set" | "properties" | "singleObjectOnly">;

const lifetimeMs = 7 * 86_400_000;

/** Returns the state in the request's token, or the start of the first round. */
export function readDeltaState(request: GraphRequest, type: DeltaType, maxIds: number | undefined): DeltaState {
  const { options, directory } = request;
  checkAllowedOptions(options, ["select", "filter", "deltatoken", "skiptoken"]);
  const select = readSelect(options, type, true);
  const ids = readIdFilter(options.get("filter"), type, maxIds);
  if (select !== undefined && options.has("skiptoken")) {
    throw new GraphError(
      "unknownOption",
      { option: "$select" },
      { reason: "a next link continues with the $select of its round" },
    );
  }
  const token = options.get("skiptoken") ?? options.get("deltatoken") ?? "";
  const since = latestChange(directory);
  if (token === "") {
    return { since, after: "", select, ids };
  }
  if (token.toLowerCase() === "latest") {
    return { since, after: since, select, ids };
  }
  const state = readToken(request, type, token);
  return select === undefined ? state : { ...state, select };
}

export function writeDeltaToken(request: GraphRequest, type: DeltaType, state: DeltaState): string {
  const { since, after, select, ids } = state;
  const { directory, tenant, nowMs } = request;
  return writeOpaqueToken([
    type.set,
    tenant.id,
    changeLogId(directory),
    nowMs,
    since,
    after,
    select ?? null,
    ids ?? null,
  ]);
}

function readToken(request: GraphRequest, type: DeltaType, token: string): DeltaState {
  const { tenant, nowMs, directory } = request;
  const [set, tenantId, logId, issuedMs, since, after, select, ids] = readOpaqueToken(token) ?? [];
  const state = { since, after, select: select ?? undefined, ids: ids ?? undefined };
  if (set !== type.set || tenantId !== tenant.id || typeof issuedMs !== "number" || !isState(state)) {
    throw new GraphError(
      "deltaToken",
      {},
      { reason: "the token is damaged or belongs to another collection or tenant" },
    );
  }
  const location = initialUrl(request, state);
  if (nowMs - issuedMs > lifetimeMs) {
    throw new GraphError(
      "deltaExpired",
      {},
      { location, reason: "the token is older than 7 days; read everything again" },
    );
  }
  // The data directory may have been replaced by an older copy.
  if (logId !== changeLogId(directory) || state.since > latestChange(directory)) {
    const reason = "the token is for a directory that no longer exists; read everything again";
    throw new GraphError("deltaReset", {}, { location, reason });
  }
  return state;
}

function isState(state: { readonly [name in keyof DeltaState]: unknown }): state is DeltaState {
  const areStrings = (value: unknown): boolean =>
    value === undefined || (Array.isArray(value) && value.every((each) => typeof each === "string"));
  const isPosition = typeof state.after === "string" || typeof state.after === "number";
  return typeof state.since === "number" && isPosition && areStrings(state.select) && areStrings(state.ids);
}

/** The URL that starts tracking from the beginning. */
function initialUrl({ origin, url }: GraphRequest, { select, ids }: DeltaState): string {
  const options = [
    ...(select === undefined ? [] : [`$select=${select.join(",")}`]),
    ...(ids === undefined ? [] : [`$filter=${encodeURIComponent(ids.map((id) => `id eq '${id}'`).join(" or "))}`]),
    "$deltatoken=",
  ];
  return `${origin}${url.pathname}?${options.join("&")}`;
}

/** Returns the ids in `$filter=id eq '...' or id eq '...'`, the only supported filter; `undefined` for all objects. */
function readIdFilter(
  filter: string | undefined,
  { resource }: Pick<EntityType<never>, "resource">,
  maxIds: number | undefined = Number.POSITIVE_INFINITY,
): readonly string[] | undefined {
  if (filter === undefined) {
    return undefined;
  }
  const ids = idsIn(parseFilter(filter), resource);
  if (ids.length > maxIds) {
    const reason = `at most ${maxIds} objects can be tracked by id`;
    throw new GraphError("filterUnsupported", { property: "id", resource }, { reason });
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
    const reason = "changes can be filtered only by id eq '...'";
    throw new GraphError("filterUnsupported", { property, resource }, { reason });
  }
  return ids.map((id) => (isGuid(id) ? id.toLowerCase() : id));
}
