import { GraphError } from "./graphErrors/graphError.ts";
import { matchPath, type PathKey, type PathSegment, splitPattern } from "./path.ts";
import type { GraphRoute } from "./route.ts";

export interface FoundRoute {
  readonly route: GraphRoute;
  readonly keys: readonly PathKey[];
}

/** The operations, found by the path that is asked. */
export interface RouteTable {
  /** `segments` is `undefined` when the path cannot be read. Throws when there is no such operation. */
  find(method: string, segments: readonly PathSegment[] | undefined): FoundRoute;
}

interface Row {
  readonly route: GraphRoute;
  readonly parts: readonly string[];
}

export function routeTable(routes: readonly GraphRoute[]): RouteTable {
  const byRoot = new Map<string, Row[]>();
  for (const route of routes) {
    const parts = splitPattern(route.path);
    const [root = ""] = parts;
    byRoot.set(root, [...(byRoot.get(root) ?? []), { route, parts }]);
  }
  return {
    find(method, segments) {
      const [first] = segments ?? [];
      if (segments === undefined || first === undefined) {
        throw new GraphError("unknownSegment", { segment: "" }, { why: "the path names no resource" });
      }
      const root = first.kind === "name" ? first.text.toLowerCase() : "";
      if (root === "approleassignments") {
        throw new GraphError("notDirectlyQueryable", {}, { why: "ask a service principal for its appRoleAssignments" });
      }
      const candidates = byRoot.get(root) ?? [];
      const fitting = candidates.flatMap(({ route, parts }) => {
        const keys = matchPath(parts, segments);
        return keys === undefined ? [] : [{ route, keys }];
      });
      const fewestKeys = Math.min(...fitting.map(({ keys }) => keys.length));
      const exact = fitting.filter(({ keys }) => keys.length === fewestKeys);
      if (exact.length === 0) {
        throw unknownPath(candidates, segments);
      }
      const found = exact.find(({ route }) => route.method === method);
      if (found === undefined) {
        const why = `${method} is not a method of this path, or not built in this platform`;
        throw new GraphError("methodNotAllowed", {}, { why });
      }
      return found;
    },
  };
}

function unknownPath(candidates: readonly Row[], segments: readonly PathSegment[]): GraphError {
  const isKnown = (depth: number): boolean =>
    candidates.some(
      ({ parts }) => parts.length >= depth && matchPath(parts.slice(0, depth), segments.slice(0, depth)) !== undefined,
    );
  const depth = segments.findIndex((_, index) => !isKnown(index + 1));
  const segment = segments[depth === -1 ? segments.length - 1 : depth];
  const text = segment?.kind === "name" ? segment.text : (segment?.value ?? "");
  return new GraphError(
    "unknownSegment",
    { segment: text },
    { why: `"${text}" is unknown or not built in this platform` },
  );
}
