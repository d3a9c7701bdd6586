import type { Hono, MiddlewareHandler } from "hono";
import { portalServiceRoutes } from "../azure/portalService.ts";
import { resourceManagerRoutes } from "../azure/resourceManager/resourceManager.ts";
import { graphRoutes } from "../graph/graph.ts";
import { type InterceptedService, interceptedNames } from "../interception/names.ts";
import type { Mount } from "./mounts.ts";
import type { PlatformContext } from "./platformContext.ts";

/**
 * Under a name of Microsoft's, only the service of that name answers: what the platform's own host has below reserved
 * segments is spread over several hosts in reality, and the portal and control API are on none of them.
 */
export function answerByHost(context: PlatformContext, mounts: readonly Mount[]): MiddlewareHandler {
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
