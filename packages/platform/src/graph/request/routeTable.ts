import { type Fault, fault } from "./graphErrors/faults.ts";
import { matchPath, type PathKey, type PathSegment, splitPattern } from "./path.ts";
import type { GraphRoute } from "./route.ts";

export interface FoundRoute {
  readonly route: GraphRoute;
  readonly keys: readonly PathKey[];
}

/** The operations, found by the path that is asked. */
export interface RouteTable {
  /** `segments` is `undefined` when the path cannot be read. */
  find(method: string, segments: readonly PathSegment[] | undefined): FoundRoute | Fault;
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
        return fault("unknownSegment", { segment: "" }, { why: "the path names no resource" });
      }
      const root = first.kind === "name" ? first.text.toLowerCase() : "";
      if (root === "approleassignments") {
        return fault("notDirectlyQueryable", {}, { why: "ask a service principal for its appRoleAssignments" });
      }
      const candidates = byRoot.get(root) ?? [];
      const fitting = candidates.flatMap(({ route, parts }) => {
        const keys = matchPath(parts, segments);
        return keys === undefined ? [] : [{ route, keys }];
      });
      const fewestKeys = Math.min(...fitting.map(({ keys }) => keys.length));
      const exact = fitting.filter(({ keys }) => keys.length === fewestKeys);
      if (exact.length === 0) {
        return unknownPath(candidates, segments);
      }
      return (
        exact.find(({ route }) => route.method === method) ??
        fault("methodNotAllowed", {}, { why: `${method} is not a method of this path, or not built in this platform` })
      );
    },
  };
}

function unknownPath(candidates: readonly Row[], segments: readonly PathSegment[]): Fault {
  const isKnown = (depth: number): boolean =>
    candidates.some(
      ({ parts }) => parts.length >= depth && matchPath(parts.slice(0, depth), segments.slice(0, depth)) !== undefined,
    );
  const depth = segments.findIndex((_, index) => !isKnown(index + 1));
  const segment = segments[depth === -1 ? segments.length - 1 : depth];
  const text = segment?.kind === "name" ? segment.text : (segment?.value ?? "");
  return fault("unknownSegment", { segment: text }, { why: `"${text}" is unknown or not built in this platform` });
}
