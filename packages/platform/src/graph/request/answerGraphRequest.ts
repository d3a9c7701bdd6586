import type { PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import type { GraphContext } from "../context.ts";
import { checkAllowedOptions, type QueryOptions, readQueryOptions } from "../odata/queryOptions.ts";
import { answerBatch } from "./batch.ts";
import { authenticate, type Caller } from "./caller.ts";
import { GraphError } from "./graphErrors/graphError.ts";
import { authorize } from "./permissions/authorize.ts";
import { readBody } from "./requestBody.ts";
import { plainError, plainResponse, type ResponseIds, responseIds } from "./responses.ts";
import type { GraphResponse, GraphRoute } from "./route.ts";
import { type GraphSegment, isBatch, type RouteTable, readGraphPath } from "./routeTable.ts";
import { type Cost, throttledError } from "./throttling/throttling.ts";

/** @see RFC 7240 section 4.2 */
const minimalReturn = /(?:^|,)\s*return\s*=\s*"?minimal"?\s*(?:[;,]|$)/i;
const versions = new Set(["v1.0", "beta"]);

/** What the response and the log need about a request, even when it is refused. */
interface Progress {
  caller?: Caller;
  /** In resource units. */
  cost: number;
  /** The used share of the limit that is closest to being reached; `undefined` when requests are not throttled. */
  usedShare?: number | undefined;
}

/** Answers a request to Graph and records the reason for the outcome. */
export async function answerGraphRequest(
  context: GraphContext,
  routes: RouteTable,
  request: PlainRequest,
): Promise<PlainResponse> {
  const ids = responseIds(context, request);
  const url = new URL(request.url);
  const { response, reason, progress } = await answerOrRefuse(context, routes, request, url, ids);
  record(context, request, url, ids, progress, response.status, reason);
  const { usedShare = 0 } = progress;
  return usedShare > 0.8
    ? { ...response, headers: { ...response.headers, "x-ms-throttle-limit-percentage": usedShare.toFixed(2) } }
    : response;
}

async function answerOrRefuse(
  context: GraphContext,
  routes: RouteTable,
  request: PlainRequest,
  url: URL,
  ids: ResponseIds,
): Promise<{ readonly response: PlainResponse; readonly reason: string; readonly progress: Progress }> {
  const progress: Progress = { cost: 1 };
  try {
    const { response, reason } = isBatch(url)
      ? await respondToBatch(context, routes, request, progress)
      : await respond(context, routes, request, url, progress);
    return { response: plainResponse(response, ids, progress.cost), reason, progress };
  } catch (error) {
    const [refusal, reportedProgress] = error instanceof GraphError ? [error, progress] : [failure(error), { cost: 1 }];
    const response = plainError(refusal, ids, reportedProgress.cost, request.origin);
    return { response, reason: refusal.reason, progress: reportedProgress };
  }
}

/** A response, and the reason for it. */
interface ExplainedResponse {
  readonly response: GraphResponse;
  readonly reason: string;
}

async function respondToBatch(
  context: GraphContext,
  routes: RouteTable,
  request: PlainRequest,
  progress: Progress,
): Promise<ExplainedResponse> {
  progress.caller = await authenticate(context, request.headers.get("authorization"));
  return answerBatch(request, (inner) => answerGraphRequest(context, routes, inner));
}

/** Runs the checks in the order in which they refuse. */
async function respond(
  context: GraphContext,
  routes: RouteTable,
  request: PlainRequest,
  url: URL,
  progress: Progress,
): Promise<ExplainedResponse> {
  const segment = url.pathname.split("/")[1] ?? "";
  const version = segment.toLowerCase();
  if (!versions.has(version)) {
    throw new GraphError("invalidVersion", {});
  }
  const caller = await authenticate(context, request.headers.get("authorization"));
  progress.caller = caller;
  const segments = readGraphPath(url.pathname.slice(segment.length + 1));
  checkSignedIn(caller, segments);
  const { route, keys } = routes.find(request.method, segments);
  const { options, refusal } = readQueryOptions(url, version);
  charge(context, caller, costOf(route, options), progress);
  const permission = authorize(context, route, caller, keys);
  if (refusal !== undefined) {
    throw refusal;
  }
  if (route.method !== "GET") {
    checkAllowedOptions(options, []);
  }
  const body = route.method === "GET" || route.method === "DELETE" ? {} : await readBody(request, route);
  const response = route.handle({
    directory: context.directory,
    tenant: caller.tenant,
    caller,
    version,
    url,
    origin: request.origin,
    nowMs: context.clock.now(),
    options,
    eventual: request.headers.get("consistencylevel")?.trim().toLowerCase() === "eventual",
    minimal: minimalReturn.test(request.headers.get("prefer") ?? ""),
    permission,
    keys,
    body,
  });
  const allowed = `allowed by ${permission.replaceAll(" + ", " and ")}`;
  return { response, reason: response.kind === "text" ? allowed : (response.reason ?? allowed) };
}

/** Throws when a limit is exceeded. Requests that are refused later count, too. */
function charge({ throttling }: GraphContext, caller: Caller, cost: Cost, progress: Progress): void {
  const requester = { clientId: caller.clientId, tenantId: caller.tenant.id };
  const { usedShare, exceeded } = throttling?.charge(requester, cost) ?? {};
  progress.cost = cost.units;
  progress.usedShare = usedShare;
  if (exceeded !== undefined) {
    throw throttledError(requester, exceeded);
  }
}

/** An internal failure looks like one of Graph's own: clients cannot parse anything else. */
function failure(error: unknown): GraphError {
  const message = error instanceof Error ? error.message : String(error);
  return new GraphError("internal", {}, { reason: `the platform itself failed: ${message}; please report it` });
}

/** `/me` needs a signed-in user. */
function checkSignedIn({ kind }: Caller, segments: readonly GraphSegment[] | undefined): void {
  const [first] = segments ?? [];
  if (kind === "application" && first?.name === "me") {
    const reason = "the token is for an application, so there is no signed-in user for /me";
    throw new GraphError("meNeedsUser", {}, { reason });
  }
}

function record(
  context: GraphContext,
  request: PlainRequest,
  url: URL,
  ids: ResponseIds,
  { caller }: Progress,
  status: number,
  reason: string,
): void {
  context.events.record({
    type: "graph",
    method: request.method,
    path: url.pathname,
    status,
    why: `${status}: ${reason}`,
    clientId: caller?.clientId,
    tenantId: caller?.tenant.id,
    userId: caller?.kind === "user" ? caller.objectId : undefined,
    permissions: caller?.permissions,
    correlationId: ids.clientRequestId,
  });
}

/** @see https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits */
function costOf(route: GraphRoute, options: QueryOptions): Cost {
  const isSmallPage = Number(options.get("top") ?? 20) < 20;
  const { cost: base = 1 } = route;
  const units = base + Number(options.has("expand")) - Number(options.has("select")) - Number(isSmallPage);
  // Actions with an explicit cost only read.
  const isWrite = route.method !== "GET" && route.cost === undefined;
  return { units: Math.max(1, units), writes: Number(isWrite) };
}
