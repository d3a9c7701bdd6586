import type { Middleware } from "../../http/plainHttp.ts";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../../http/plainHttp.ts";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import type { AnswerControlRequest } from "./controlApi.ts";
import { foreignPageRefusal, tokenRefusal } from "./guard.ts";

const base = "/_latchkey";
const openPath = "/openapi.json";

/** Admits requests that carry the control token, and loads the control API on the first of them. */
export function answerControl(context: ControlContext, controls: Controls): Middleware {
  let loading: Promise<AnswerControlRequest> | undefined;

  async function respond(request: PlainRequest): Promise<PlainResponse> {
    const path = request.path.slice(base.length);
    const refusal =
      foreignPageRefusal(request) ?? (path === openPath ? undefined : tokenRefusal(request, controls.token));
    if (refusal !== undefined) {
      const { status, error, why } = refusal;
      context.events.record({ type: "control", method: request.method, path: request.path, status, why });
      const challenge = status === 401 ? { "www-authenticate": 'Bearer realm="latchkey control"' } : {};
      return jsonResponse(status, { error, error_description: why }, { "cache-control": "no-store", ...challenge });
    }
    loading ??= import("./controlApi.ts").then(({ controlApi }) => controlApi(context, controls));
    return (await loading)(request, path);
  }

  return (request, next) =>
    request.path === base || request.path.startsWith(`${base}/`) ? respond(request) : next(request);
}
