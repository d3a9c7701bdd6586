import type { Ended } from "./runInWorkerd.ts";

/** Reads the report that the suite printed: why the run is no success, or `undefined` when it is one. */
export function failureOf({ code, stdout, output }: Ended): string | undefined {
  const report = readReport(stdout);
  if (code !== 0 || report === undefined) {
    return `it gave no report (exit code ${code}):\n${output.trim()}`;
  }
  if (report.failed.length > 0) {
    return report.failed.join("\n");
  }
  return report.passed.length > 0 ? undefined : "it ran no step";
}

function readReport(line: string): { passed: string[]; failed: string[] } | undefined {
  try {
    const { passed, failed } = JSON.parse(line) as { passed?: unknown; failed?: unknown };
    return Array.isArray(passed) && Array.isArray(failed) ? { passed, failed } : undefined;
  } catch {
    return undefined;
  }
}
