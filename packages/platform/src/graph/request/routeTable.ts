import { openRouter } from "../../http/router.ts";
import { GraphError } from "./graphErrors/graphError.ts";
import type { GraphSegment, PathKey } from "./path.ts";
import type { GraphRoute } from "./route.ts";

export interface FoundRoute {
  readonly route: GraphRoute;
  readonly keys: readonly PathKey[];
}

/** The operations, found by the path that is asked. */
export interface RouteTable {
  /** `segments` is `undefined` when the path cannot be read. Throws when there is no such operation. */
  find(method: string, segments: readonly GraphSegment[] | undefined): FoundRoute;
}

export function routeTable(routes: readonly GraphRoute[]): RouteTable {
  const router = openRouter<GraphRoute, GraphSegment>(routes, (part) => part.toLowerCase());
  return {
    find(method, segments) {
      const [first] = segments ?? [];
      if (segments === undefined || first === undefined) {
        throw new GraphError("unknownSegment", { segment: "" }, { why: "the path names no resource" });
      }
      if (first.name === "approleassignments") {
        throw new GraphError("notDirectlyQueryable", {}, { why: "ask a service principal for its appRoleAssignments" });
      }
      const found = router.find(method, segments);
      if (found.kind === "unknown") {
        const { text } = segments[found.depth] ?? segments.at(-1) ?? first;
        const why = `"${text}" is unknown or not built in this platform`;
        throw new GraphError("unknownSegment", { segment: text }, { why });
      }
      if (found.kind === "otherMethod") {
        const why = `${method} is not a method of this path, or not built in this platform`;
        throw new GraphError("methodNotAllowed", {}, { why });
      }
      return { route: found.route, keys: found.taken.map(({ property, value = "" }) => ({ property, value })) };
    },
  };
}
