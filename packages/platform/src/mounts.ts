import type { Hono } from "hono";
import { graphRoutes } from "./graph.ts";
import type { PlatformContext } from "./platformContext.ts";

/** A part of the platform that brings its own routes below a reserved first path segment. */
export interface Mount {
  readonly path: string;
  readonly routes: (context: PlatformContext) => Hono;
}

export const mounts: readonly Mount[] = [
  { path: "/v1.0", routes: graphRoutes },
  { path: "/beta", routes: graphRoutes },
];
