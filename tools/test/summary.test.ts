import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../setUp.js";
import { partLines, partsOfTests, summaryLine } from "../summary.ts";

const file = (path: string, status: string, ...tests: readonly string[]) => ({
  name: join(root, path),
  status,
  startTime: 1_000,
  endTime: 3_500,
  assertionResults: tests.map((each) => ({ status: each })),
});
const client = "packages/client/test";

describe("the parts of a test run", () => {
  test("are its folders, each with its counts and the time of its files", () => {
    const files = [
      file(`${client}/a.test.ts`, "passed", "passed", "pending"),
      file(`${client}/crypto/b.test.ts`, "passed", "passed"),
      file("test/daemon.test.ts", "passed", "passed"),
    ];
    expect(partsOfTests({ testResults: files })).toEqual([
      { name: "client", passed: 2, failed: 0, skipped: 1, seconds: 5 },
      { name: "test", passed: 1, failed: 0, skipped: 0, seconds: 2.5 },
    ]);
  });

  test("count a file that could not be loaded as a failure, and a failing test once, not again for its file", () => {
    const files = [file("test/a.test.ts", "failed"), file("test/b.test.ts", "failed", "failed", "passed")];
    expect(partsOfTests({ testResults: files })).toMatchObject([{ passed: 1, failed: 2 }]);
  });

  test("are one failure if there is no report", () => {
    expect(summaryLine(partsOfTests(undefined))).toBe("0 passed, 1 failed");
  });
});

describe("the closing lines", () => {
  const parts = [
    { name: "set-up", passed: 0, failed: 0, skipped: 0, seconds: 12 },
    { name: "client", passed: 3, failed: 1, skipped: 2, seconds: 61.25 },
  ];

  test("contain the time of each part", () => {
    expect(partLines(parts)).toBe("set-up    12.0 s\nclient    61.3 s  3 passed, 1 failed, 2 skipped\n");
  });

  test("add up the counts, and omit skipped tests if there are none", () => {
    expect(summaryLine(parts)).toBe("3 passed, 1 failed, 2 skipped");
    expect(summaryLine([{ name: "a", passed: 1, failed: 0, skipped: 0, seconds: 1 }])).toBe("1 passed, 0 failed");
  });
});
