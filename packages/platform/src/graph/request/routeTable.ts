import { openRouter, type PathSegment, readPath } from "../../http/router.ts";
import { GraphError } from "./graphErrors/graphError.ts";
import type { GraphRoute, PathKey } from "./route.ts";

export interface FoundRoute {
  readonly route: GraphRoute;
  readonly keys: readonly PathKey[];
}

/** Finds the operation for a path. */
export interface RouteTable {
  /** `segments`: `undefined` when the path cannot be decoded. Throws when there is no such operation. */
  find(method: string, segments: readonly GraphSegment[] | undefined): FoundRoute;
}

export function routeTable(routes: readonly GraphRoute[]): RouteTable {
  const router = openRouter<GraphRoute, GraphSegment>(routes, (part) => part.toLowerCase());
  return {
    find(method, segments) {
      const [first] = segments ?? [];
      if (segments === undefined || first === undefined) {
        throw new GraphError("unknownSegment", { segment: "" }, { reason: "the path does not name a resource" });
      }
      if (first.name === "approleassignments") {
        throw new GraphError(
          "notDirectlyQueryable",
          {},
          { reason: "read the appRoleAssignments of a service principal instead" },
        );
      }
      const found = router.find(method, segments);
      if (found.kind === "unknown") {
        const { text } = segments[found.depth] ?? segments.at(-1) ?? first;
        const reason = `"${text}" is unknown or not supported by this platform`;
        throw new GraphError("unknownSegment", { segment: text }, { reason });
      }
      if (found.kind === "otherMethod") {
        const reason = `${method} is not a method of this path, or not supported by this platform`;
        throw new GraphError("methodNotAllowed", {}, { reason });
      }
      return { route: found.route, keys: found.taken.map(({ property, value = "" }) => ({ property, value })) };
    },
  };
}

/** A segment of a Graph path: a name, a key, or something that may be either. */
export interface GraphSegment extends PathSegment {
  /** As it was sent, without parentheses. */
  readonly text: string;
  /** The property that the value belongs to, when the segment is a key. */
  readonly property: string;
}

const parenthesized = /^([^()]+)\((?:([A-Za-z]+)=)?(?:'((?:[^']|'')*)'|([^'()]*))\)$/;

/** Returns the segments after the version, or `undefined` when the encoding is invalid. */
export function readGraphPath(path: string): readonly GraphSegment[] | undefined {
  const segments = readPath(path, { ignoresCase: false, collapsesSlashes: true });
  const texts = segments.flatMap(({ name }) => name ?? []);
  return texts.length < segments.length ? undefined : texts.flatMap(readSegment);
}

function readSegment(text: string): readonly GraphSegment[] {
  const [, name, property = "id", quoted, bare] = parenthesized.exec(text) ?? [];
  const value = quoted?.replaceAll("''", "'") ?? bare ?? "";
  return name === undefined || value === ""
    ? // Functions may be called without parentheses when they have no parameters.
      [nameOrKey(text.replace(/\(\)$/, ""))]
    : [nameOrKey(name), { name: undefined, value, text: value, property }];
}

const functions = new Set([
  "addkey",
  "addpassword",
  "checkmembergroups",
  "checkmemberobjects",
  "delta",
  "getavailableextensionproperties",
  "getbyids",
  "getmembergroups",
  "getmemberobjects",
  "removekey",
  "removepassword",
  "restore",
  "revokesigninsessions",
  "validateproperties",
]);
const namespace = "microsoft.graph.";

/** Functions and casts appear where a key could, but are not keys: `/users/delta`, `/users/microsoft.graph.delta`. */
function nameOrKey(text: string): GraphSegment {
  const lower = text.toLowerCase();
  // Functions may be called by their qualified names. @see OData Version 4.0 Part 2, section 4.5
  const called = lower.startsWith(namespace) ? lower.slice(namespace.length) : lower;
  const isFunction = functions.has(called);
  const isReserved = isFunction || lower.startsWith("$") || lower.startsWith(namespace);
  return { name: isFunction ? called : lower, value: isReserved ? undefined : text, text, property: "id" };
}

export function isBatch(url: URL): boolean {
  return /^\/(?:v1\.0|beta)\/(?:\$|%24)batch\/?$/i.test(url.pathname);
}
