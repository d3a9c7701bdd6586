import { aadsts } from "./aadsts.ts";
import { type FaultRow, faultOnlyRows } from "./faultOnlyRows.ts";

/** The whole table: what the rules of the platform answer with, and what only a fault rule brings about. */
export const everyRow: Readonly<Record<string, FaultRow>> = { ...aadsts, ...faultOnlyRows };

/** Every row of a number, its variants included. */
export function rowsOf(
  code: string,
): readonly { readonly key: string; readonly row: FaultRow; readonly isFaultOnly: boolean }[] {
  return Object.entries(everyRow)
    .filter(([key]) => key.split(":")[0] === code)
    .map(([key, row]) => ({ key, row, isFaultOnly: Object.hasOwn(faultOnlyRows, key) }));
}
