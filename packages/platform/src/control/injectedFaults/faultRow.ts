import { everyRow } from "../../aadsts/everyRow.ts";
import type { FaultRow } from "../../aadsts/faultOnlyRows.ts";
import { FaultRuleError } from "./faultRule.ts";

/** The row of a number or of one variant. Throws a {@link FaultRuleError} when there is none. */
export function faultRow(code: number | string): { readonly code: number; readonly row: FaultRow } {
  const key = String(code).replace(/^AADSTS/i, "");
  const name = Object.hasOwn(everyRow, key)
    ? key
    : Object.keys(everyRow).find((candidate) => candidate.startsWith(`${key}:`));
  const found = name === undefined ? undefined : everyRow[name];
  if (found === undefined) {
    const known = Object.keys(everyRow).join(", ");
    throw new FaultRuleError(`aadsts ${JSON.stringify(code)} is not in the table; it has ${known}`);
  }
  return { code: Number.parseInt(key, 10), row: found };
}
