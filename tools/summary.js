import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Counts the tests in vitest's report; a test file that could not even be loaded counts as one failure.
 *
 * @param {VitestReport | undefined} report `undefined` when vitest wrote none, which is one failure
 * @returns {Counts}
 */
export function countTests(report) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * Counts the steps in the check's report.
 *
 * @param {CheckReport | undefined} report `undefined` when the check wrote none, which is one failure
 * @returns {Counts}
 */
export function countSteps(report) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const count = (/** @type {string} */ outcome) => report.steps.filter((step) => step.outcome === outcome).length;
  return { passed: count("ok"), failed: count("failed"), skipped: count("skipped") };
}

/**
 * The one line that sums up several counts.
 *
 * @param {readonly Counts[]} counts
 * @returns {string}
 */
export function summaryLine(counts) {
  const sum = (/** @type {keyof Counts} */ key) => counts.reduce((total, each) => total + each[key], 0);
  const skipped = sum("skipped");
  return `${sum("passed")} passed, ${sum("failed")} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const counts = [countTests(readReport("test.json")), countSteps(readReport("check.json"))];
  process.stdout.write(`${summaryLine(counts)}\n`);
  process.exitCode = counts.some((each) => each.failed > 0) ? 1 : 0;
}

/**
 * @param {string} name
 * @returns {any}
 */
function readReport(name) {
  try {
    return JSON.parse(readFileSync(join(fileURLToPath(new URL("..", import.meta.url)), "reports", name), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @typedef {object} VitestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 *
 * @typedef {{ steps: { name: string, outcome: "ok" | "failed" | "skipped", seconds: number }[] }} CheckReport
 */
