import { describe, expect, test } from "vitest";
import type { Check, CheckResult } from "./checkContract.ts";
import { scheduleChecks, selectChecks } from "./scheduleChecks.ts";

const context = { root: ".", node: process.execPath, update: false };
const ok: CheckResult = { ok: true, output: "" };

const check = (name: string, details: Partial<Check> = {}): Check => ({ name, run: async () => ok, ...details });

const outcomes = async (checks: readonly Check[]): Promise<string[]> =>
  (await scheduleChecks(checks, context, { width: 2, report: () => undefined })).map(
    ({ name, outcome }) => `${name} ${outcome}`,
  );

/** Checks that record how many of them run at once. */
function counting(names: readonly string[]): { checks: Check[]; most: () => number } {
  let running = 0;
  let most = 0;
  const run = async (): Promise<CheckResult> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return ok;
  };
  return { checks: names.map((name) => check(name, { run })), most: () => most };
}

describe("choosing checks", () => {
  const all = [check("build"), check("types", { after: ["build"] }), check("size", { needs: ["build"] })];

  test("takes all when none is named", () => {
    expect(selectChecks(all, []).map(({ name }) => name)).toEqual(["build", "types", "size"]);
  });

  test("takes the named ones and what they need", () => {
    expect(selectChecks(all, ["size"]).map(({ name }) => name)).toEqual(["build", "size"]);
    expect(selectChecks(all, ["types"]).map(({ name }) => name)).toEqual(["types"]);
  });

  test("names the one that does not exist and those that do", () => {
    expect(() => selectChecks(all, ["sizes"])).toThrow('no check "sizes". There are: build, types, size');
  });
});

describe("running checks", () => {
  test("skips one whose need failed and still runs the others", async () => {
    const failing = check("build", { run: async () => ({ ok: false, output: "no" }) });
    const checks = [failing, check("size", { needs: ["build"] }), check("lint")];
    expect((await outcomes(checks)).sort()).toEqual(["build failed", "lint ok", "size skipped"]);
  });

  test("skips what needs a skipped one", async () => {
    const failing = check("a", { run: async () => ({ ok: false, output: "" }) });
    const checks = [failing, check("b", { needs: ["a"] }), check("c", { needs: ["b"] })];
    expect(await outcomes(checks)).toEqual(["a failed", "b skipped", "c skipped"]);
  });

  test("runs one after another's failure when it only waits for it", async () => {
    const failing = check("build", { run: async () => ({ ok: false, output: "" }) });
    expect(await outcomes([failing, check("types", { after: ["build"] })])).toEqual(["build failed", "types ok"]);
  });

  test("turns an exception into a failure with its text", async () => {
    const broken = check("lint", { run: () => Promise.reject(new Error("not installed")) });
    const [outcome] = await scheduleChecks([broken], context, { width: 2, report: () => undefined });
    expect(outcome).toMatchObject({ outcome: "failed", output: expect.stringContaining("not installed") });
  });

  test("runs as many at once as allowed and no more", async () => {
    const { checks, most } = counting(["a", "b", "c", "d"]);
    await outcomes(checks);
    expect(most()).toBe(2);
  });

  test("runs a measuring one alone", async () => {
    const { checks, most } = counting(["a", "b", "c"]);
    await outcomes(checks.map((each) => ({ ...each, alone: each.name !== "a" })));
    expect(most()).toBe(1);
  });

  test("refuses checks that wait for each other", async () => {
    await expect(outcomes([check("a", { after: ["b"] }), check("b", { after: ["a"] })])).rejects.toThrow("a, b");
  });
});
