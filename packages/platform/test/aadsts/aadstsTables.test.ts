import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { aadsts } from "../../src/aadsts/aadsts.ts";
import { faultOnlyRows } from "../../src/aadsts/faultOnlyRows.ts";

/** The text of every file below a folder, except those about the tables themselves. */
function textOf(folder: string): string {
  const root = fileURLToPath(new URL(folder, import.meta.url));
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("aadsts") && !name.startsWith("faults"))
    .map((name) => readFileSync(join(root, name), "utf8"))
    .join("\n");
}

const rules = textOf("../../src/");
const testedNumbers = new Set(textOf("../").match(/\d+/g));

describe.each(Object.keys(aadsts))("AADSTS%s", (key) => {
  test("has a rule that throws it", () => {
    expect(rules.includes(`"${key}"`)).toBe(true);
  });

  test("has a test that names it", () => {
    expect(testedNumbers.has(String(Number.parseInt(key, 10)))).toBe(true);
  });
});

test.each(Object.keys(faultOnlyRows))("AADSTS%s is only caused by a fault rule", (key) => {
  expect(rules.includes(`"${key}"`)).toBe(false);
  expect(Object.keys(aadsts).map((known) => Number.parseInt(known, 10))).not.toContain(Number(key));
});
