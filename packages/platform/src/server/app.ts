import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { answerRefusal } from "../aadsts/stsAnswers.ts";
import { portalServiceRoutes } from "../azure/portalService.ts";
import { resourceManagerRoutes } from "../azure/resourceManager/resourceManager.ts";
import { controlRoutes } from "../control/api/controlRoutes.ts";
import type { Controls } from "../control/controls.ts";
import type { ConnectionBindings } from "../control/injectedFaults/connection.ts";
import { injectFaults } from "../control/injectedFaults/injectFaults.ts";
import { offerResponse } from "../control/offerResponse.ts";
import { graphRoutes } from "../graph/graph.ts";
import { userInfoVersion1 } from "../graph/userInfo/oidcUserInfo.ts";
import { userInfoRoutes } from "../graph/userInfo/userInfo.ts";
import { limitBody } from "../http/bodyLimit.ts";
import { refuseForeignHost } from "../http/foreignHost.ts";
import type { Listener } from "../http/node.ts";
import { responseOf } from "../http/plainHttp.ts";
import { type InterceptedService, interceptedNames } from "../interception/names.ts";
import { landingRoutes } from "../portal/landing.ts";
import { administratorPaths, ownWindow } from "../portal/ownWindow.ts";
import { portalRoutes } from "../portal/portalRoutes.ts";
import { errorPage } from "../signIn/page/errorPage.ts";
import { endpoints } from "../tokenService/endpoints/endpoints.ts";
import { reservedSegments } from "../tokenService/tenantSegment.ts";
import { recordFailure } from "./failure.ts";
import type { PlatformContext } from "./platformContext.ts";

/** A part of the platform that brings its own routes below a reserved first path segment. */
interface Mount {
  readonly path: string;
  /** What it is part of in reality; absent for what only the platform's own host has. */
  readonly service?: Exclude<InterceptedService, "login"> | undefined;
  readonly routes: (context: PlatformContext) => Hono;
}

const mounts: readonly Mount[] = [
  { path: "/v1.0", service: "graph", routes: graphRoutes },
  { path: "/beta", service: "graph", routes: graphRoutes },
  { path: "/oidc", service: "graph", routes: userInfoRoutes },
  { path: "/subscriptions", service: "resourceManager", routes: resourceManagerRoutes },
  { path: "/tenants", service: "resourceManager", routes: resourceManagerRoutes },
  { path: "/api", service: "portalService", routes: portalServiceRoutes },
  { path: "/portal", routes: portalRoutes },
  { path: "/", routes: landingRoutes },
];

const allMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The whole platform, asked with or without a socket. */
export interface OpenApp {
  fetch(request: Request, bindings: ConnectionBindings): Response | Promise<Response>;
  readonly answer: RequestListener;
}

export function openApp(context: PlatformContext, controls: Controls, { reset }: Pick<Listener, "reset">): OpenApp {
  const { fetch } = platformApp(context, controls);
  return {
    fetch,
    answer: getRequestListener(
      (request, { incoming }) => fetch(request, { connection: { reset: () => reset(incoming.socket) } }),
      { overrideGlobalObjects: false },
    ),
  };
}

/** The whole platform as one function from request to response. */
function platformApp(context: PlatformContext, controls: Controls): Hono {
  const app = new Hono();
  app.use(refuseForeignHost(context));
  app.use(limitBody());
  // Before faults and listeners: what they do must always be possible to undo.
  app.all("/_latchkey/*", controlRoutes(context, controls));
  app.use(offerResponse(context, controls));
  app.use(injectFaults(context, controls));
  if (context.mode === "interception") {
    app.use(answerByHost(context));
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

/**
 * Under a name of Microsoft's, only the service of that name answers: what the platform's own host has below reserved
 * segments is spread over several hosts in reality, and the portal and control API are on none of them.
 */
function answerByHost(context: PlatformContext): MiddlewareHandler {
  const others: Readonly<Record<Exclude<InterceptedService, "login">, Hono>> = {
    graph: graphRoutes(context),
    portalService: portalServiceRoutes(context),
    resourceManager: resourceManagerRoutes(context),
  };
  return async (c, next) => {
    const { hostname, pathname } = new URL(c.req.url);
    const service = interceptedNames.get(hostname);
    const mount = mounts.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
    if (service === undefined || service === (mount === undefined ? "login" : mount.service)) {
      await next();
      return undefined;
    }
    return service === "login" ? c.notFound() : others[service].fetch(c.req.raw);
  };
}
