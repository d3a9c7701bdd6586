import type { Json } from "../../directory/applications/applicationProperties.ts";
import { requestOf } from "../../http/fetch.ts";
import type { PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import { isArray, isObject } from "../collection/bodyRules.ts";
import { GraphError } from "./graphErrors/graphError.ts";
import { parseJson } from "./requestBody.ts";
import type { GraphResponse, JsonObject } from "./route.ts";
import { isBatch } from "./routeTable.ts";

const maxSteps = 20;

/** One request in a batch. */
interface Step {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  readonly dependsOn: readonly string[];
}

/**
 * Answers several requests in one. Each is answered and recorded as if it had been sent alone, with the batch's token.
 *
 * @see https://learn.microsoft.com/graph/json-batching
 */
export async function answerBatch(
  request: PlainRequest,
  answer: (inner: PlainRequest) => Promise<PlainResponse>,
): Promise<{ readonly response: GraphResponse; readonly reason: string }> {
  if (request.method !== "POST") {
    throw new GraphError("methodNotAllowed", {}, { reason: "a batch must be sent with POST" });
  }
  const steps = readSteps(parseJson(await request.text()));
  const base = request.url.slice(0, request.url.search(/\/(?:\$|%24)batch/i));
  const failed = new Set<string>();
  const responses: JsonObject[] = [];
  for (const step of steps) {
    const failedId = step.dependsOn.find((id) => failed.has(id));
    const response = failedId === undefined ? await answerStep(step, base, request, answer) : failedDependency(step);
    if (Number(response["status"]) >= 400) {
      failed.add(step.id.toLowerCase());
    }
    responses.push(response);
  }
  const reason = `${steps.length} requests, each recorded separately`;
  return { response: { kind: "json", status: 200, body: { responses } }, reason };
}

function readSteps(body: Json | undefined): readonly Step[] {
  const requests = isObject(body) ? (body["requests"] ?? null) : null;
  if (!isArray(requests) || requests.length === 0) {
    throw new GraphError("badBatch", {}, { reason: 'the body has no "requests" list, or the list is empty' });
  }
  if (requests.length > maxSteps) {
    throw new GraphError("batchTooLarge", {});
  }
  const steps: Step[] = [];
  const known = new Set<string>();
  for (const item of requests) {
    const step = readStep(item);
    const reason =
      step === undefined
        ? "each request needs id, method and a relative url; headers is an object, dependsOn a list of ids"
        : known.has(step.id.toLowerCase())
          ? `the id ${step.id} is used twice`
          : step.dependsOn.some((id) => !known.has(id))
            ? `${step.id} depends on a request that does not come before it`
            : undefined;
    if (step === undefined || reason !== undefined) {
      throw new GraphError("badBatch", {}, { reason });
    }
    known.add(step.id.toLowerCase());
    steps.push(step);
  }
  return steps;
}

function readStep(item: Json): Step | undefined {
  if (!isObject(item)) {
    return undefined;
  }
  const { id, method, url, headers = {}, body, dependsOn = [] } = item;
  const areHeadersValid = isObject(headers) && Object.values(headers).every((value) => typeof value === "string");
  const areIdsValid = isArray(dependsOn) && dependsOn.every((value) => typeof value === "string");
  if (
    typeof id !== "string" ||
    id === "" ||
    typeof method !== "string" ||
    !/^(?:GET|POST|PATCH|PUT|DELETE)$/i.test(method)
  ) {
    return undefined;
  }
  if (typeof url !== "string" || /^[a-z]+:|^\/\//i.test(url) || !areHeadersValid || !areIdsValid) {
    return undefined;
  }
  return {
    id,
    method: method.toUpperCase(),
    url: url.startsWith("/") ? url : `/${url}`,
    headers: headers as Step["headers"],
    body,
    dependsOn: dependsOn.map((value) => String(value).toLowerCase()),
  };
}

async function answerStep(
  { id, method, url, headers: ownHeaders, body }: Step,
  base: string,
  batch: PlainRequest,
  answer: (inner: PlainRequest) => Promise<PlainResponse>,
): Promise<JsonObject> {
  if (isBatch(new URL(base + url))) {
    const { code, message, status } = new GraphError("badBatch", {});
    return { id, status, body: { error: { code, message } } };
  }
  const headers = new Headers(ownHeaders);
  headers.set("authorization", headers.get("authorization") ?? batch.headers.get("authorization") ?? "");
  const sent = body === undefined || method === "GET" ? {} : { body: JSON.stringify(body) };
  const inner = requestOf(new Request(base + url, { method, headers, ...sent }), batch.cut);
  const { status, headers: responseHeaders, body: responseBody } = await answer(inner);
  const text = String(responseBody ?? "");
  const isJson = String(responseHeaders["content-type"]).startsWith("application/json");
  return {
    id,
    status,
    headers: pickHeaders(responseHeaders),
    ...(text === "" ? {} : { body: isJson ? JSON.parse(text) : text }),
  };
}

const includedHeaders = [
  "Location",
  "Retry-After",
  "Cache-Control",
  "x-ms-resource-unit",
  "x-ms-throttle-limit-percentage",
  "x-ms-throttle-scope",
  "x-ms-throttle-information",
  "OData-Version",
  "WWW-Authenticate",
  "Content-Type",
];

function pickHeaders(headers: PlainResponse["headers"]): JsonObject {
  return Object.fromEntries(
    includedHeaders.flatMap((name) => {
      const value = headers[name.toLowerCase()];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function failedDependency({ id }: Step): JsonObject {
  const { code, message, status } = new GraphError("failedDependency", {});
  return { id, status, headers: { "Content-Type": "application/json" }, body: { error: { code, message } } };
}
