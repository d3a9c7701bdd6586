import { describe, expect, test } from "vitest";
import { failureOf } from "../smoke/runtimes.ts";

const run = (stdout: string, code = 0) => ({ code, stdout, output: `${stdout}\nand more\n` });

describe("a run of the smoke suite", () => {
  test("passes when steps passed and none failed", () => {
    expect(failureOf(run('{"passed":["a token"],"failed":[]}'))).toBeUndefined();
  });

  test("reports each step that failed", () => {
    expect(failureOf(run('{"passed":["a"],"failed":["b: 1 is not 2","c: no"]}'))).toBe("b: 1 is not 2\nc: no");
  });

  test("fails when it ran no step, ended with an error or printed no report", () => {
    expect(failureOf(run('{"passed":[],"failed":[]}'))).toContain("no report with steps");
    expect(failureOf(run('{"passed":["a token"],"failed":[]}', 1))).toContain("exit code 1");
    expect(failureOf(run("Segmentation fault"))).toContain("Segmentation fault\nand more");
    expect(failureOf(run("[]"))).toContain("no report");
  });
});
