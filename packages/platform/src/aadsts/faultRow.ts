import { FaultRuleError } from "../control/injectedFaults/faultRule.ts";
import { aadsts } from "./aadsts.ts";
import { type FaultRow, faultOnlyRows } from "./faultOnlyRows.ts";

const rows: Readonly<Record<string, FaultRow>> = { ...aadsts, ...faultOnlyRows };

/** Every row of a number, its variants included. */
export function rowsOf(
  code: string,
): readonly { readonly key: string; readonly row: FaultRow; readonly isFaultOnly: boolean }[] {
  return Object.entries(rows)
    .filter(([key]) => key.split(":")[0] === code)
    .map(([key, row]) => ({ key, row, isFaultOnly: Object.hasOwn(faultOnlyRows, key) }));
}

/** The row of a number or of one variant. Throws a {@link FaultRuleError} when there is none. */
export function faultRow(code: number | string): { readonly code: number; readonly row: FaultRow } {
  const key = String(code).replace(/^AADSTS/i, "");
  const name = Object.hasOwn(rows, key) ? key : Object.keys(rows).find((candidate) => candidate.startsWith(`${key}:`));
  const found = name === undefined ? undefined : rows[name];
  if (found === undefined) {
    const known = Object.keys(rows).join(", ");
    throw new FaultRuleError(`aadsts ${JSON.stringify(code)} is not in the table; it has ${known}`);
  }
  return { code: Number.parseInt(key, 10), row: found };
}
