import { describe, expect, test } from "vitest";
import { countSteps, countTests, summaryLine } from "../summary.ts";

const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 0, testResults: [] };

describe("the closing line of CI", () => {
  test("adds tests and check steps", () => {
    const steps = {
      steps: [
        { name: "lint", outcome: "ok" as const, seconds: 1 },
        { name: "size", outcome: "failed" as const, seconds: 1 },
      ],
    };
    expect(summaryLine([countTests(report), countSteps(steps)])).toBe("4 passed, 2 failed, 2 skipped");
  });

  test("leaves out what was not skipped", () => {
    expect(summaryLine([{ passed: 1, failed: 0, skipped: 0 }])).toBe("1 passed, 0 failed");
  });

  test("counts a command that left no report as a failure", () => {
    expect(summaryLine([countTests(undefined), countSteps(undefined)])).toBe("0 passed, 2 failed");
  });

  test("counts a test file that could not be loaded as a failure", () => {
    const broken = { ...report, numFailedTests: 0, testResults: [{ status: "failed", assertionResults: [] }] };
    expect(countTests(broken)).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });

  test("counts a failing test once, not again for its file", () => {
    const failing = { ...report, testResults: [{ status: "failed", assertionResults: [{ status: "failed" }] }] };
    expect(countTests(failing).failed).toBe(1);
  });
});
