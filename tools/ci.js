/** @returns {boolean} whether this is a machine of CI's, by the variable that every CI sets */
export function inCi() {
  const ci = process.env["CI"];
  return ci !== undefined && ci !== "" && ci !== "false" && ci !== "0";
}
