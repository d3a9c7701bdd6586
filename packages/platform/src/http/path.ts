import type { PathSegment } from "./router.ts";

/** How a service reads the paths it is sent. */
export interface PathRules {
  /** `/SUBSCRIPTIONS` is `/subscriptions`: names are in lower case. */
  readonly ignoresCase: boolean;
  /** `//a/` is `/a`. */
  readonly collapsesSlashes: boolean;
}

/** Of the token service and the portal. */
export const asWritten: PathRules = { ignoresCase: false, collapsesSlashes: false };

/** The segments of a path: what is true of paths wherever they lead is here. A broken encoding is no name and no value. */
export function readPath(path: string, rules: PathRules): readonly PathSegment[] {
  const segments: PathSegment[] = [];
  // By hand, because every token request comes by here, twice.
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

/** The name of the first segment; empty where there is none. */
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
