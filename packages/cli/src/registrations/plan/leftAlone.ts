import type { Step } from "../step.ts";

/** Lists what the directory has in addition to the manifest; it is not changed. */
export function leftAlone(
  subject: string,
  what: string,
  existing: readonly string[],
  desired: readonly string[] = [],
): readonly Step[] {
  const more = existing.filter((item) => !desired.includes(item));
  return more.length === 0 ? [] : [{ action: "left alone", subject, what, detail: more.join(", ") }];
}
