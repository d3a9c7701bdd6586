import type { Hono } from "hono";
import { portalServiceRoutes } from "../azure/portalService.ts";
import { resourceManagerRoutes } from "../azure/resourceManager/resourceManager.ts";
import { graphRoutes } from "../graph/graph.ts";
import { userInfoRoutes } from "../graph/userInfo/userInfo.ts";
import type { InterceptedService } from "../interception/names.ts";
import { landingRoutes } from "../portal/landing.ts";
import { portalRoutes } from "../portal/portalRoutes.ts";
import type { PlatformContext } from "./platformContext.ts";

/** A part of the platform that brings its own routes below a reserved first path segment. */
export interface Mount {
  readonly path: string;
  /** What it is part of in reality; absent for what only the platform's own host has. */
  readonly service?: Exclude<InterceptedService, "login"> | undefined;
  readonly routes: (context: PlatformContext) => Hono;
}

export const mounts: readonly Mount[] = [
  { path: "/v1.0", service: "graph", routes: graphRoutes },
  { path: "/beta", service: "graph", routes: graphRoutes },
  { path: "/oidc", service: "graph", routes: userInfoRoutes },
  { path: "/subscriptions", service: "resourceManager", routes: resourceManagerRoutes },
  { path: "/tenants", service: "resourceManager", routes: resourceManagerRoutes },
  { path: "/api", service: "portalService", routes: portalServiceRoutes },
  { path: "/portal", routes: portalRoutes },
  { path: "/", routes: landingRoutes },
];
