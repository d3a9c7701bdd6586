import type { PlainAnswer, PlainRequest } from "../../http/plainHttp.ts";
import { urlFor } from "../../http/plainHttp.ts";
import type { GraphContext } from "../context.ts";
import { type QueryOptions, readQueryOptions, refuseOtherOptions } from "../odata/queryOptions.ts";
import { answerBatch, isBatch } from "./batch.ts";
import { authenticate, type Caller } from "./caller.ts";
import { type Fault, fault, isFault } from "./graphErrors/faults.ts";
import { type PathSegment, parsePath } from "./path.ts";
import { authorize } from "./permissions/authorize.ts";
import { readBody } from "./requestBody.ts";
import { type AnswerIds, answerIds, plainAnswer } from "./responses.ts";
import type { Answer } from "./route.ts";
import type { FoundRoute, RouteTable } from "./routeTable.ts";
import { costOf } from "./throttling/resourceUnits.ts";
import { throttled } from "./throttling/throttled.ts";

/** @see RFC 7240 section 4.2 */
const minimalReturn = /(?:^|,)\s*return\s*=\s*"?minimal"?\s*(?:[;,]|$)/i;
const versions = new Set(["v1.0", "beta"]);

/** What a request came to: the answer, and who asked. */
interface Outcome {
  readonly answer: Answer;
  readonly caller?: Caller | undefined;
  readonly permission?: string | undefined;
  /** In resource units. */
  readonly cost: number;
  /** How much of the nearest limit is used, where requests are counted. */
  readonly usedShare?: number | undefined;
}

/** Answers one request to Graph and records why it was answered so. */
export async function answerGraphRequest(
  context: GraphContext,
  routes: RouteTable,
  request: PlainRequest,
): Promise<PlainAnswer> {
  const ids = answerIds(context, request);
  const url = new URL(request.url);
  const settling = isBatch(url) ? settleBatch(context, routes, request) : settle(context, routes, request, url);
  const outcome = await settling.catch(failed);
  record(context, request, url, ids, outcome);
  const answer = plainAnswer(outcome.answer, ids, outcome.cost, urlFor(request));
  return outcome.usedShare !== undefined && outcome.usedShare > 0.8
    ? { ...answer, headers: { ...answer.headers, "x-ms-throttle-limit-percentage": outcome.usedShare.toFixed(2) } }
    : answer;
}

/** What a browser asks before it sends a token to another origin. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, POST, PATCH, PUT, DELETE",
      "access-control-allow-headers":
        "Authorization, Content-Type, ConsistencyLevel, Prefer, client-request-id, SdkVersion",
      "access-control-max-age": "600",
    },
  });
}

async function settleBatch(context: GraphContext, routes: RouteTable, request: PlainRequest): Promise<Outcome> {
  const caller = await authenticate(context, request.headers.get("authorization"));
  if (isFault(caller)) {
    return { answer: caller, cost: 1 };
  }
  const answer = await answerBatch(request, (inner) => answerGraphRequest(context, routes, inner));
  return { answer, caller, cost: 1 };
}

async function settle(context: GraphContext, routes: RouteTable, request: PlainRequest, url: URL): Promise<Outcome> {
  const [version = "", ...rest] = url.pathname.split("/").slice(1);
  if (!versions.has(version.toLowerCase())) {
    return { answer: fault("invalidVersion", {}), cost: 1 };
  }
  const caller = await authenticate(context, request.headers.get("authorization"));
  if (isFault(caller)) {
    return { answer: caller, cost: 1 };
  }
  const segments = parsePath(rest.join("/"));
  const found = refuseApplication(caller, segments) ?? routes.find(request.method, segments);
  if (isFault(found)) {
    return { answer: found, caller, cost: 1 };
  }
  const options = readQueryOptions(url, version.toLowerCase());
  const cost = costOf(found.route, isFault(options) ? new Map() : options);
  const charged = { clientId: caller.clientId, tenantId: caller.tenant.id };
  const charge = context.throttling?.charge(charged, cost);
  const settled =
    charge?.exceeded === undefined
      ? await perform(context, request, { url, version: version.toLowerCase(), caller, found, options })
      : { answer: throttled(charged, charge.exceeded) };
  return { ...settled, caller, cost: cost.units, usedShare: charge?.usedShare };
}

interface Asked {
  readonly url: URL;
  readonly version: string;
  readonly caller: Caller;
  readonly found: FoundRoute;
  readonly options: QueryOptions | Fault;
}

async function perform(
  context: GraphContext,
  request: PlainRequest,
  { url, version, caller, found: { route, keys }, options }: Asked,
): Promise<Pick<Outcome, "answer" | "permission">> {
  const allowed = authorize(context, route, caller, keys);
  if (isFault(allowed)) {
    return { answer: allowed };
  }
  const { permission } = allowed;
  if (isFault(options)) {
    return { answer: options, permission };
  }
  const refused = route.method === "GET" ? undefined : refuseOtherOptions(options, []);
  const body = refused ?? (await readBody(request, route));
  if (isFault(body)) {
    return { answer: body, permission };
  }
  const answer = route.handle({
    directory: context.directory,
    tenant: caller.tenant,
    caller,
    version,
    url,
    origin: urlFor(request),
    nowMs: context.clock.now(),
    options,
    eventual: request.headers.get("consistencylevel")?.trim().toLowerCase() === "eventual",
    minimal: minimalReturn.test(request.headers.get("prefer") ?? ""),
    permission,
    keys,
    body,
  });
  return { answer, permission };
}

/** A defect of ours answers as Graph's own failures do: clients cannot read anything else. */
function failed(error: unknown): Outcome {
  const reason = error instanceof Error ? error.message : String(error);
  const why = `the platform itself failed: ${reason}; please report it`;
  return { answer: fault("internal", {}, { why }), cost: 1 };
}

/** `/me` is nobody where no user has signed in. */
function refuseApplication(caller: Caller, segments: readonly PathSegment[] | undefined): Fault | undefined {
  const [first] = segments ?? [];
  return caller.kind === "application" && first?.kind === "name" && first.text.toLowerCase() === "me"
    ? fault("meNeedsUser", {}, { why: "the token is for an application: there is no signed-in user to be /me" })
    : undefined;
}

function record(
  context: GraphContext,
  request: PlainRequest,
  url: URL,
  ids: AnswerIds,
  { answer, caller, permission }: Outcome,
): void {
  const status = statusOf(answer);
  const reason =
    answer.kind === "fault"
      ? answer.why
      : ((answer.kind === "text" ? undefined : answer.why) ?? `allowed by ${permission?.replaceAll(" + ", " and ")}`);
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

function statusOf(answer: Answer): number {
  switch (answer.kind) {
    case "empty":
      return 204;
    case "text":
      return 200;
    default:
      return answer.status;
  }
}
