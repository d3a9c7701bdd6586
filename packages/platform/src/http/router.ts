/** A segment of a path. */
export interface PathSegment {
  /** Compared with the fixed parts of a pattern; absent if only a parameter can match. */
  readonly name: string | undefined;
  /** The value of a parameter; absent if only a fixed part can match. */
  readonly value: string | undefined;
}

/** A method and a path pattern. */
export interface Route {
  /** `ALL` matches every method that has no route of its own at the path. */
  readonly method: string;
  /** A pattern such as `/{tenant}/oauth2/token`. Fixed segments take precedence over parameters. */
  readonly path: string;
}

export type Found<Target, Segment> =
  | {
      readonly kind: "route";
      readonly route: Target;
      /** The segments that matched the parameters, in order. */
      readonly taken: readonly Segment[];
      readonly parameters: Readonly<Record<string, string>>;
    }
  /** The path exists, but not for this method. */
  | { readonly kind: "otherMethod"; readonly methods: readonly string[] }
  /** The path does not exist. Its first `depth` segments are the beginning of one that does. */
  | { readonly kind: "unknown"; readonly depth: number };

export interface Router<Target, Segment> {
  find(method: string, segments: readonly Segment[]): Found<Target, Segment>;
}

/** A position in a path, and what may follow it. */
interface Node<Target> {
  readonly fixed: Map<string, Node<Target>>;
  parameter: Node<Target> | undefined;
  readonly targets: Map<string, { readonly route: Target; readonly names: readonly string[] }>;
}

/** Finds the route of a path; every room uses it. `readName` normalizes the fixed parts of the patterns. */
export function openRouter<Target extends Route, Segment extends PathSegment = PathSegment>(
  routes: readonly Target[],
  readName: (part: string) => string = (part) => part,
): Router<Target, Segment> {
  const root = newNode<Target>();
  for (const route of routes) {
    const names: string[] = [];
    let node = root;
    for (const part of route.path.split("/").slice(1)) {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined) {
        node = fixedNode(node, readName(part));
      } else {
        names.push(name);
        node.parameter ??= newNode();
        node = node.parameter;
      }
    }
    // If two routes have the same path and method, the first one counts.
    if (!node.targets.has(route.method)) {
      node.targets.set(route.method, { route, names });
    }
  }
  return { find: (method, segments) => find(root, method, segments) };
}

function newNode<Target>(): Node<Target> {
  return { fixed: new Map(), parameter: undefined, targets: new Map() };
}

function fixedNode<Target>({ fixed }: Node<Target>, name: string): Node<Target> {
  const node = fixed.get(name) ?? newNode<Target>();
  fixed.set(name, node);
  return node;
}

function find<Target, Segment extends PathSegment>(
  root: Node<Target>,
  method: string,
  segments: readonly Segment[],
): Found<Target, Segment> {
  let depth = 0;
  const taken: Segment[] = [];

  function walk(node: Node<Target>, index: number): Node<Target> | undefined {
    depth = Math.max(depth, index);
    const segment = segments[index];
    if (segment === undefined) {
      return node.targets.size === 0 ? undefined : node;
    }
    const { name, value } = segment;
    const next = name === undefined ? undefined : node.fixed.get(name);
    const found = next === undefined ? undefined : walk(next, index + 1);
    if (found !== undefined || node.parameter === undefined || value === undefined) {
      return found;
    }
    taken.push(segment);
    const below = walk(node.parameter, index + 1);
    if (below === undefined) {
      taken.pop();
    }
    return below;
  }

  const node = walk(root, 0);
  if (node === undefined) {
    return { kind: "unknown", depth };
  }
  const target = node.targets.get(method) ?? node.targets.get("ALL");
  if (target === undefined) {
    return { kind: "otherMethod", methods: [...node.targets.keys()] };
  }
  const { route, names } = target;
  const parameters: Record<string, string> = {};
  for (let index = 0; index < names.length; index++) {
    parameters[names[index] ?? ""] = taken[index]?.value ?? "";
  }
  return { kind: "route", route, taken, parameters };
}

/** How a service reads paths. */
export interface PathRules {
  /** `/SUBSCRIPTIONS` matches `/subscriptions`: names are compared in lower case. */
  readonly ignoresCase: boolean;
  /** `//a/` matches `/a`. */
  readonly collapsesSlashes: boolean;
}

/** The rules of the token service and the portal. */
export const asWritten: PathRules = { ignoresCase: false, collapsesSlashes: false };

/**
 * The segments of a path, read by the same rules for every room. A segment with a broken encoding has neither name nor
 * value.
 */
export function readPath(path: string, rules: PathRules): readonly PathSegment[] {
  const segments: PathSegment[] = [];
  // Without `split`, because every token request runs this twice.
  for (let start = 1; start <= path.length; ) {
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    if (end > start || !rules.collapsesSlashes) {
      const text = decode(path.slice(start, end));
      segments.push({ name: rules.ignoresCase ? text?.toLowerCase() : text, value: text === "" ? undefined : text });
    }
    start = end + 1;
  }
  return segments;
}

/** The name of the first segment, or the empty string. */
export function firstName(path: string, rules: PathRules): string {
  const end = path.indexOf("/", 1);
  return readPath(end < 0 ? path : path.slice(0, end), rules)[0]?.name ?? "";
}

function decode(segment: string): string | undefined {
  if (!segment.includes("%")) {
    return segment;
  }
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
