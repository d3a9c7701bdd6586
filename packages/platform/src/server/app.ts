import { Hono } from "hono";
import { answerRefusal } from "../aadsts/stsAnswers.ts";
import { controlRoutes } from "../control/api/controlRoutes.ts";
import type { Controls } from "../control/controls.ts";
import { injectFaults } from "../control/injectedFaults/injectFaults.ts";
import { offerResponse } from "../control/offerResponse.ts";
import { userInfoVersion1 } from "../graph/userInfo/oidcUserInfo.ts";
import { limitBody } from "../http/bodyLimit.ts";
import { refuseForeignHost } from "../http/foreignHost.ts";
import { responseOf } from "../http/plainHttp.ts";
import { administratorPaths, ownWindow } from "../portal/ownWindow.ts";
import { errorPage } from "../signIn/page/errorPage.ts";
import { endpoints } from "../tokenService/endpoints/endpoints.ts";
import { reservedSegments } from "../tokenService/tenantSegment.ts";
import { answerByHost } from "./answerByHost.ts";
import { recordFailure } from "./failure.ts";
import { mounts } from "./mounts.ts";
import type { PlatformContext } from "./platformContext.ts";

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
  for (const { method, path, handle } of [...endpoints, userInfoVersion1]) {
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
