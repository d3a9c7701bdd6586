import { expect, test } from "vitest";
import { undocumentedIn } from "../checks/api.ts";

test("an export in a report is undocumented if the line before it says so", () => {
  const report = [
    "// @public",
    "export interface A {",
    "}",
    "",
    "// @public (undocumented)",
    "export const b: number;",
  ];
  expect(undocumentedIn(report)).toEqual(["export const b: number;"]);
});
