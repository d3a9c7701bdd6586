import { describe, expect, test } from "vitest";
import { failureOf, summarizeVerdicts } from "../smokeVerdict.ts";

const run = (stdout: string, code = 0) => ({ code, stdout, output: `${stdout}\nand more\n` });

describe("a run of the smoke suite", () => {
  test("is a success when it passed steps and failed none", () => {
    expect(failureOf(run('{"passed":["a token"],"failed":[]}'))).toBeUndefined();
  });

  test("tells each step that failed", () => {
    expect(failureOf(run('{"passed":["a"],"failed":["b: 1 is not 2","c: no"]}'))).toBe("b: 1 is not 2\nc: no");
  });

  test("is none when it ran no step, ended badly or printed no report", () => {
    expect(failureOf(run('{"passed":[],"failed":[]}'))).toBe("it ran no step");
    expect(failureOf(run('{"passed":["a token"],"failed":[]}', 1))).toContain("exit code 1");
    expect(failureOf(run("Segmentation fault"))).toContain("Segmentation fault\nand more");
    expect(failureOf(run("[]"))).toContain("no report");
  });
});

describe("the runtimes together", () => {
  const passed = { name: "bun", outcome: "passed" } as const;
  const skipped = { name: "workerd", outcome: "skipped", reason: "it is not installed" } as const;

  test("fail with one of them, which is told", () => {
    const failed = { name: "deno", outcome: "failed", reason: "no token" } as const;
    expect(summarizeVerdicts([passed, failed], { inCi: false })).toMatchObject({ ok: false, output: "deno: no token" });
  });

  test("let one that cannot run here be skipped, visibly, but not in CI", () => {
    const here = summarizeVerdicts([passed, skipped], { inCi: false });
    expect(here).toMatchObject({ ok: true, note: "passed on bun; SKIPPED workerd: it is not installed" });
    const inCi = summarizeVerdicts([passed, skipped], { inCi: true });
    expect(inCi).toMatchObject({ ok: false, output: "workerd: it is not installed" });
  });
});
