import type { Step } from "../step.ts";

/** What the directory has more than the manifest: it is named, and stays. */
export function leftAlone(
  subject: string,
  what: string,
  there: readonly string[],
  wanted: readonly string[] = [],
): readonly Step[] {
  const more = there.filter((item) => !wanted.includes(item));
  return more.length === 0 ? [] : [{ action: "left alone", subject, what, detail: more.join(", ") }];
}
