import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { targets } from "./targets.ts";

const seed = Date.now() | 0;
process.stdout.write(`fuzz: seed ${seed}\n`);

describe("for any input as", () => {
  test.each(targets)("$name keeps its promise", { timeout: 60_000 }, async ({ property }) => {
    await expect(fc.assert(property, { seed, numRuns: 100 })).resolves.toBeUndefined();
  });
});
