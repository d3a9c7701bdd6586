import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { aadsts } from "../../src/aadsts.ts";

const sources = fileURLToPath(new URL("../../src/", import.meta.url));
const rules = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("aadsts"))
  .map((name) => readFileSync(join(sources, name), "utf8"))
  .join("\n");

test.each(Object.keys(aadsts))("AADSTS%s has a rule that answers with it", (key) => {
  expect(rules).toContain(`"${key}"`);
});
