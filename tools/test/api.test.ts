import { expect, test } from "vitest";
import { undocumentedIn } from "../checks/api.ts";

test("an export of a report is undocumented when its line follows the remark that it is", () => {
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
