/** Whether this runs in continuous integration, where no test may be skipped. */
export function inCi(): boolean {
  return !["", "0", "false"].includes(process.env["CI"] ?? "");
}
