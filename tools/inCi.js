/**
 * Tells whether this runs in continuous integration, where nothing may be skipped.
 *
 * @returns {boolean}
 */
export function inCi() {
  const ci = process.env["CI"];
  return ci !== undefined && ci !== "" && ci !== "false" && ci !== "0";
}
