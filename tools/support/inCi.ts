/** Tells whether this runs in continuous integration, where nothing may be skipped. */
export function inCi(): boolean {
  return !["", "0", "false"].includes(process.env["CI"] ?? "");
}
