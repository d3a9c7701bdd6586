import { Hono } from "hono";
import { limitBody } from "./bodyLimit.ts";
import { controlRoutes } from "./control/controlRoutes.ts";
import type { Controls } from "./controls.ts";
import { endpoints } from "./endpoints.ts";
import { recordFailure } from "./failure.ts";
import { injectFaults } from "./faults/injectFaults.ts";
import { refuseForeignHost } from "./foreignHost.ts";
import { answerByHost } from "./interception/answerByHost.ts";
import { mounts } from "./mounts.ts";
import { offerResponse } from "./offerResponse.ts";
import { responseOf } from "./plainHttp.ts";
import type { PlatformContext } from "./platformContext.ts";
import { errorPage } from "./portal/errorPage.ts";
import { administratorPaths, ownWindow } from "./portal/ownWindow.ts";
import { answerRefusal } from "./stsAnswers.ts";
import { reservedSegments } from "./tenantSegment.ts";

const allMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The whole platform as one function from request to response. */
export function platformApp(context: PlatformContext, controls: Controls): Hono {
  const app = new Hono();
  app.use(refuseForeignHost(context));
  app.use(limitBody());
  // Before faults and listeners: what they do must always be possible to undo.
  app.all("/_latchkey/*", controlRoutes(context, controls));
  app.use(offerResponse(context, controls));
  app.use(injectFaults(context, controls));
  if (context.mode === "interception") {
    app.use(answerByHost(context, mounts));
  }
  for (const path of administratorPaths) {
    app.use(path, ownWindow);
  }
  for (const { path, routes } of mounts) {
    app.route(path, routes(context));
  }
  for (const { method, path, handle } of endpoints) {
    app.on(method === "ALL" ? allMethods : [method], path, async (c) => {
      const parameters: Readonly<Record<string, string>> = c.req.param();
      if (reservedSegments.has(parameters["tenant"] ?? "")) {
        return c.notFound();
      }
      const answer = await handle(context, c.req.raw, parameters);
      return answer instanceof Response ? answer : responseOf(answer);
    });
  }
  app.onError((error, c) => {
    const { exchange, refusal } = recordFailure(context, c.req.raw, error);
    return c.req.header("accept")?.includes("text/html") === true
      ? errorPage(context, exchange, refusal)
      : responseOf(answerRefusal(context, exchange, refusal));
  });
  return app;
}
