import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./setUp.js";

/** What of vitest's `reports/test.json` is read. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** A part of a run: a folder of tests, or a step of the check. */
export interface Part {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

/** The folders of tests. A file that could not even be loaded is one failure, and so is a missing report. */
export function partsOfTests(report: TestReport | undefined): readonly Part[] {
  if (report === undefined) {
    return [{ ...nothing, name: "no report of tests", failed: 1 }];
  }
  const folders = new Map<string, Part>();
  for (const { name, status, startTime, endTime, assertionResults } of report.testResults) {
    const [first = "", second = ""] = relative(root, name).split(/[\\/]/);
    const folder = first === "packages" ? second : first;
    const { passed, failed, skipped, seconds } = folders.get(folder) ?? nothing;
    const count = (wanted: string): number => assertionResults.filter((test) => test.status === wanted).length;
    folders.set(folder, {
      name: folder,
      passed: passed + count("passed"),
      failed: failed + (status === "failed" ? Math.max(1, count("failed")) : 0),
      skipped: skipped + assertionResults.length - count("passed") - count("failed"),
      seconds: seconds + (endTime - startTime) / 1000,
    });
  }
  return [...folders.values()];
}

/** The line that sums up several parts. */
export function summaryLine(parts: readonly Part[]): string {
  const sum = (key: "passed" | "failed" | "skipped"): number => parts.reduce((total, part) => total + part[key], 0);
  return `${sum("passed")} passed, ${sum("failed")} failed${sum("skipped") === 0 ? "" : `, ${sum("skipped")} skipped`}`;
}

/** One line for each part. */
export function partLines(parts: readonly Part[]): string {
  const width = Math.max(...parts.map(({ name }) => name.length));
  const lines = parts.map((part) => {
    const counts = part.passed + part.failed + part.skipped === 0 ? "" : `  ${summaryLine([part])}`;
    return `${part.name.padEnd(width)}${`${part.seconds.toFixed(1)} s`.padStart(10)}${counts}\n`;
  });
  return lines.join("");
}

const nothing = { passed: 0, failed: 0, skipped: 0, seconds: 0 };

/** Keeps the parts of a run for the end of CI. */
export function writeParts(name: "tests" | "check", parts: readonly Part[]): void {
  mkdirSync(join(root, "reports"), { recursive: true });
  writeFileSync(join(root, "reports", `${name}.json`), JSON.stringify(parts));
}

if (process.argv[1] === import.meta.filename) {
  const parts = ["tests", "check"].flatMap((name): readonly Part[] => {
    const file = join(root, "reports", `${name}.json`);
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [{ ...nothing, name, failed: 1 }];
  });
  process.stdout.write(`${partLines(parts)}\n${summaryLine(parts)}\n`);
  process.exitCode = parts.some(({ failed }) => failed > 0) ? 1 : 0;
}
