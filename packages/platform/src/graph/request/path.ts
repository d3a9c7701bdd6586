/** A key in a path: `/users/{value}`, `/users('{value}')` or `/applications(appId='{value}')`. */
export interface PathKey {
  /** `id` unless the caller named another property. */
  readonly property: string;
  readonly value: string;
}

export type PathSegment = { readonly kind: "name"; readonly text: string } | ({ readonly kind: "key" } & PathKey);

const parenthesized = /^([^()]+)\((?:([A-Za-z]+)=)?(?:'((?:[^']|'')*)'|([^'()]*))\)$/;

/** The segments of an encoded path, or `undefined` when the encoding is broken. */
export function parsePath(path: string): readonly PathSegment[] | undefined {
  const segments: PathSegment[] = [];
  for (const encoded of path.split("/").filter((segment) => segment !== "")) {
    const segment = decode(encoded);
    if (segment === undefined) {
      return undefined;
    }
    const found = parenthesized.exec(segment);
    const [, name, property, quoted, bare] = found ?? [];
    if (name === undefined || (quoted ?? bare ?? "") === "") {
      // Functions are called with or without the parentheses of their absent parameters.
      segments.push({ kind: "name", text: segment.replace(/\(\)$/, "") });
      continue;
    }
    const value = quoted?.replaceAll("''", "'") ?? bare ?? "";
    segments.push({ kind: "name", text: name }, { kind: "key", property: property ?? "id", value });
  }
  return segments;
}

/** The parts of a pattern such as `/users/{key}`, as `matchPath` takes them. */
export function splitPattern(pattern: string): readonly string[] {
  return pattern
    .toLowerCase()
    .split("/")
    .filter((part) => part !== "");
}

/** The keys of a path that fits a pattern, else `undefined`. */
export function matchPath(parts: readonly string[], segments: readonly PathSegment[]): readonly PathKey[] | undefined {
  if (parts.length !== segments.length) {
    return undefined;
  }
  const keys: PathKey[] = [];
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    if (part === "{key}") {
      const key = keyOf(segment);
      if (key === undefined) {
        return undefined;
      }
      keys.push(key);
    } else if (segment?.kind !== "name" || !sameName(part, segment.text)) {
      return undefined;
    }
  }
  return keys;
}

function keyOf(segment: PathSegment | undefined): PathKey | undefined {
  if (segment?.kind === "key") {
    return segment;
  }
  return segment === undefined || isReserved(segment.text) ? undefined : { property: "id", value: segment.text };
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

/** Functions and casts stand where an object's key could, and are none: `/users/delta`, `/users/microsoft.graph.delta`. */
function isReserved(text: string): boolean {
  const name = text.toLowerCase();
  return name.startsWith("$") || name.startsWith("microsoft.graph.") || functions.has(name);
}

/** Functions may be called by their qualified name. @see OData Version 4.0 Part 2, section 4.5 */
function sameName(part: string, text: string): boolean {
  const name = text.toLowerCase();
  return name === part || (functions.has(part) && name === `microsoft.graph.${part}`);
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
