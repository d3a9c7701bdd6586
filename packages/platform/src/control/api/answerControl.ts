import type { Middleware } from "../../http/plainHttp.ts";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../../http/plainHttp.ts";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import type { AnswerControlRequest } from "./controlApi.ts";
import { refuseForeignPage, refuseWithoutToken } from "./guard.ts";

const base = "/_latchkey";
const openPath = "/openapi.json";

/** Lets those in who have the token, and loads the control API when the first of them comes. */
export function answerControl(context: ControlContext, controls: Controls): Middleware {
  let loading: Promise<AnswerControlRequest> | undefined;

  async function response(request: PlainRequest): Promise<PlainResponse> {
    const path = request.path.slice(base.length);
    const refused =
      refuseForeignPage(request) ?? (path === openPath ? undefined : refuseWithoutToken(request, controls.token));
    if (refused !== undefined) {
      const { status, error, why } = refused;
      context.events.record({ type: "control", method: request.method, path: request.path, status, why });
      const challenge = status === 401 ? { "www-authenticate": 'Bearer realm="latchkey control"' } : {};
      return jsonResponse(status, { error, error_description: why }, { "cache-control": "no-store", ...challenge });
    }
    loading ??= import("./controlApi.ts").then(({ controlApi }) => controlApi(context, controls));
    return (await loading)(request, path);
  }

  return (request, next) =>
    request.path === base || request.path.startsWith(`${base}/`) ? response(request) : next(request);
}
