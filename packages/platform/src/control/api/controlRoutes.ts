import type { Handler } from "hono";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import type { AnswerControlRequest } from "./controlApi.ts";
import { type Refused, refuseForeignPage, refuseWithoutToken } from "./guard.ts";

const base = "/_latchkey";
const openPath = "/openapi.json";

/** Lets those in who have the token, and loads the control API when the first of them comes. */
export function controlRoutes(context: ControlContext, controls: Controls): Handler {
  let loading: Promise<AnswerControlRequest> | undefined;
  return async (c) => {
    const request = c.req.raw;
    const path = c.req.path.slice(base.length);
    const refused =
      refuseForeignPage(request) ?? (path === openPath ? undefined : refuseWithoutToken(request, controls.token));
    if (refused !== undefined) {
      context.events.record({ type: "control", method: request.method, path: c.req.path, ...pick(refused) });
      return c.json({ error: refused.error, error_description: refused.why }, refused.status, {
        "cache-control": "no-store",
        ...(refused.status === 401 ? { "www-authenticate": 'Bearer realm="latchkey control"' } : {}),
      });
    }
    loading ??= import("./controlApi.ts").then(({ controlApi }) => controlApi(context, controls));
    return (await loading)(request, path);
  };
}

function pick({ status, why }: Refused): Pick<Refused, "status" | "why"> {
  return { status, why };
}
