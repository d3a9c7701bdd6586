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
export function readPath(path: string, { ignoresCase, collapsesSlashes }: PathRules): readonly PathSegment[] {
  const segments = path.split("/").slice(1);
  const read = collapsesSlashes ? segments.filter((segment) => segment !== "") : segments;
  return read.map((segment) => {
    const text = decode(segment);
    return { name: ignoresCase ? text?.toLowerCase() : text, value: text === "" ? undefined : text };
  });
}

/** The name of the first segment; empty where there is none. */
export function firstName(path: string, rules: PathRules): string {
  const end = path.indexOf("/", 1);
  return readPath(end < 0 ? path : path.slice(0, end), rules)[0]?.name ?? "";
}

function decode(segment: string): string | undefined {
  try {
    return segment.includes("%") ? decodeURIComponent(segment) : segment;
  } catch {
    return undefined;
  }
}
