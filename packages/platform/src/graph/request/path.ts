import { readPath } from "../../http/path.ts";
import type { PathSegment } from "../../http/router.ts";

/** A key in a path: `/users/{value}`, `/users('{value}')` or `/applications(appId='{value}')`. */
export interface PathKey {
  /** `id` unless the caller named another property. */
  readonly property: string;
  readonly value: string;
}

/** A part of a path of Graph: a name, or a key, or what may be either. */
export interface GraphSegment extends PathSegment {
  /** As it was sent, without parentheses. */
  readonly text: string;
  /** What the value is of, when it is taken for a key. */
  readonly property: string;
}

const parenthesized = /^([^()]+)\((?:([A-Za-z]+)=)?(?:'((?:[^']|'')*)'|([^'()]*))\)$/;

/** The segments of a path behind its version, or `undefined` when the encoding is broken. */
export function readGraphPath(path: string): readonly GraphSegment[] | undefined {
  const segments = readPath(path, { ignoresCase: false, collapsesSlashes: true });
  const texts = segments.flatMap(({ name }) => name ?? []);
  return texts.length < segments.length ? undefined : texts.flatMap(readSegment);
}

function readSegment(text: string): readonly GraphSegment[] {
  const [, name, property = "id", quoted, bare] = parenthesized.exec(text) ?? [];
  const value = quoted?.replaceAll("''", "'") ?? bare ?? "";
  return name === undefined || value === ""
    ? // Functions are called with or without the parentheses of their absent parameters.
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

/** Functions and casts stand where an object's key could, and are none: `/users/delta`, `/users/microsoft.graph.delta`. */
function nameOrKey(text: string): GraphSegment {
  const lower = text.toLowerCase();
  // Functions may be called by their qualified name. @see OData Version 4.0 Part 2, section 4.5
  const called = lower.startsWith(namespace) ? lower.slice(namespace.length) : lower;
  const isFunction = functions.has(called);
  const isReserved = isFunction || lower.startsWith("$") || lower.startsWith(namespace);
  return { name: isFunction ? called : lower, value: isReserved ? undefined : text, text, property: "id" };
}
