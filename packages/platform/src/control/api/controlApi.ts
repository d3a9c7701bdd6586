import * as v from "valibot";
import { ClockRangeError } from "../../core/clock.ts";
import { pathOf, problemOf } from "../../core/schemaProblem.ts";
import type { PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import { openRouter, readPath } from "../../http/router.ts";
import { SeedError } from "../../seed/seed.ts";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import { FaultRuleError } from "../injectedFaults/faultRule.ts";
import { clockOperations } from "./clock.ts";
import { directoryOperations } from "./directory.ts";
import { faultOperations } from "./faults.ts";
import { openApiDocument } from "./openApi.ts";
import type { ControlOperation, SnapshotStore } from "./operation.ts";
import { snapshotStore, stateOperations } from "./state.ts";

/** Every operation of the control API. */
export const controlOperations: readonly ControlOperation[] = [
  ...clockOperations,
  ...faultOperations,
  ...directoryOperations,
  ...stateOperations,
];

export type AnswerControlRequest = (request: PlainRequest, path: string) => Promise<PlainResponse>;

class BodyError extends Error {
  override name = "BodyError";
}

/** Answers requests that have passed the guards. `path` is what follows `/_latchkey`. */
export function controlApi(context: ControlContext, controls: Controls): AnswerControlRequest {
  const snapshots = snapshotStore(controls.state);
  const router = openRouter(controlOperations);
  return async (request, path) => {
    if (path === "/openapi.json" && request.method === "GET") {
      return json(200, openApiDocument(controlOperations, context.url));
    }
    const found = router.find(request.method, readPath(path, { ignoresCase: false, collapsesSlashes: false }));
    if (found.kind === "unknown") {
      return failure(404, "not_found", `nothing is served at ${path}; see /_latchkey/openapi.json`);
    }
    if (found.kind === "otherMethod") {
      const methods = found.methods.join(", ");
      return failure(405, "method_not_allowed", `${path} accepts ${methods}`, { allow: methods });
    }
    const { route, parameters } = found;
    try {
      return await perform(route, context, controls, snapshots, request, parameters["id"] ?? "");
    } catch (error) {
      if (isCallerError(error)) {
        const remedy = error instanceof SeedError ? { remedy: error.remedy } : {};
        return json(400, { error: "invalid_request", error_description: error.message, ...remedy });
      }
      throw error;
    }
  };
}

function isCallerError(error: unknown): error is Error {
  return [SeedError, FaultRuleError, BodyError, ClockRangeError].some((kind) => error instanceof kind);
}

async function perform(
  operation: ControlOperation,
  context: ControlContext,
  controls: Controls,
  snapshots: SnapshotStore,
  request: PlainRequest,
  id: string,
): Promise<PlainResponse> {
  const body = await readBody(operation, request);
  const { status, body: responseBody, why } = await operation.handle({ context, controls, snapshots, id, body });
  if (why !== undefined) {
    context.events.record({ type: "control", method: request.method, path: request.path, status, why });
  }
  return status === 404 ? failure(404, "not_found", operation.notFound ?? "not found") : json(status, responseBody);
}

async function readBody({ body }: ControlOperation, request: PlainRequest): Promise<unknown> {
  if (body === undefined) {
    return undefined;
  }
  const text = await request.text();
  if (body.kind === "seed") {
    return text;
  }
  const value = parseJson(text);
  if (body.kind === "fault") {
    return value;
  }
  const result = v.safeParse(body.schema, value);
  if (!result.success) {
    const problems = result.issues.map((issue) => {
      const path = pathOf(issue);
      return `${path.join(".") || "it"} ${problemOf(issue, path)}`;
    });
    throw new BodyError(`The body is invalid: ${problems.join("; ")}`);
  }
  return result.output;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BodyError("The body is not JSON. Send one JSON object, as curl --json '{…}' does", { cause });
  }
}

function failure(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): PlainResponse {
  return json(status, { error, error_description: description }, headers);
}

/** Without CORS headers on purpose: no page of another origin may read this. */
function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): PlainResponse {
  return {
    status,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
  };
}
