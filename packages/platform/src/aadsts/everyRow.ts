import { aadsts } from "./aadsts.ts";
import { type FaultRow, faultOnlyRows } from "./faultOnlyRows.ts";

/** The whole table: the errors of the platform's own rules, and those that only a fault rule causes. */
export const everyRow: Readonly<Record<string, FaultRow>> = { ...aadsts, ...faultOnlyRows };

/** Every row of an error number, including its variants. */
export function rowsOf(
  code: string,
): readonly { readonly key: string; readonly row: FaultRow; readonly isFaultOnly: boolean }[] {
  return Object.entries(everyRow)
    .filter(([key]) => key.split(":")[0] === code)
    .map(([key, row]) => ({ key, row, isFaultOnly: Object.hasOwn(faultOnlyRows, key) }));
}
