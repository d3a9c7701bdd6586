import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./setUp.js";

/** The members of vitest's `reports/test.json` that are read. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const zero = { passed: 0, failed: 0, skipped: 0, seconds: 0 };

/** A part of a run: a folder of tests, or a check. */
export type Part = Readonly<typeof zero & { name: string }>;

/** One part for each folder of tests. A file that could not be loaded is one failure, and so is a missing report. */
export function partsOfTests(report: TestReport | undefined): readonly Part[] {
  if (report === undefined) {
    return [{ ...zero, name: "no report of tests", failed: 1 }];
  }
  const files = report.testResults.map(({ name, status, startTime, endTime, assertionResults: tests }): Part => {
    const [first = "", second = ""] = relative(root, name).split(/[\\/]/);
    const count = (status: string): number => tests.filter((test) => test.status === status).length;
    const [passed, failed] = [count("passed"), count("failed")];
    return {
      name: first === "packages" ? second : first,
      passed,
      failed: status === "failed" ? Math.max(1, failed) : 0,
      skipped: tests.length - passed - failed,
      seconds: (endTime - startTime) / 1000,
    };
  });
  return [...Map.groupBy(files, ({ name }) => name)].map(([name, parts]) => ({ ...total(parts), name }));
}

function total(parts: readonly Part[]): typeof zero {
  const sum = (key: keyof typeof zero): number => parts.reduce((all, part) => all + part[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped"), seconds: sum("seconds") };
}

/** Returns the line that sums up several parts. */
export function summaryLine(parts: readonly Part[]): string {
  const { passed, failed, skipped } = total(parts);
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

/** Returns a line for each part. */
export function partLines(parts: readonly Part[]): string {
  const width = Math.max(...parts.map(({ name }) => name.length));
  const lines = parts.map((part) => {
    const counts = part.passed + part.failed + part.skipped === 0 ? "" : `  ${summaryLine([part])}`;
    return `${part.name.padEnd(width)}${`${part.seconds.toFixed(1)} s`.padStart(10)}${counts}\n`;
  });
  return lines.join("");
}

/** Stores the parts of a run for the end of CI. */
export function writeParts(name: "tests" | "check", parts: readonly Part[]): void {
  mkdirSync(join(root, "reports"), { recursive: true });
  writeFileSync(join(root, "reports", `${name}.json`), JSON.stringify(parts));
}

if (process.argv[1] === import.meta.filename) {
  const parts = ["tests", "check"].flatMap((name): readonly Part[] => {
    const file = join(root, "reports", `${name}.json`);
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [{ ...zero, name, failed: 1 }];
  });
  process.stdout.write(`${partLines(parts)}\n${summaryLine(parts)}\n`);
  process.exitCode = parts.some(({ failed }) => failed > 0) ? 1 : 0;
}
