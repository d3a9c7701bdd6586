import type { CheckResult } from "./checkContract.ts";

/** What became of the smoke suite on one runtime. */
export interface SmokeVerdict {
  readonly name: string;
  readonly outcome: "passed" | "skipped" | "failed";
  /** Why it was not passed. */
  readonly reason?: string;
}

/** Reads the report that the suite printed: why the run is no success, or `undefined` when it is one. */
export function failureOf({
  code,
  stdout,
  output,
}: {
  code: number;
  stdout: string;
  output: string;
}): string | undefined {
  const report = readReport(stdout);
  if (code !== 0 || report === undefined) return `it gave no report (exit code ${code}):\n${output.trim()}`;
  if (report.failed.length > 0) return report.failed.join("\n");
  return report.passed.length > 0 ? undefined : "it ran no step";
}

/** One result for the runtimes together; one that cannot run here is told, and in CI it is a failure. */
export function summarizeVerdicts(verdicts: readonly SmokeVerdict[], { inCi }: { inCi: boolean }): CheckResult {
  const of = (outcome: SmokeVerdict["outcome"]): SmokeVerdict[] => verdicts.filter((each) => each.outcome === outcome);
  const skipped = of("skipped");
  const failed = [...of("failed"), ...(inCi ? skipped : [])];
  const told = ({ name, reason }: SmokeVerdict): string => `${name}: ${reason}`;
  const passed = of("passed").map(({ name }) => name);
  return {
    ok: failed.length === 0,
    output: failed.map(told).join("\n\n"),
    note: [`passed on ${passed.join(", ") || "none"}`, ...skipped.map((each) => `SKIPPED ${told(each)}`)].join("; "),
  };
}

function readReport(line: string): { passed: string[]; failed: string[] } | undefined {
  try {
    const { passed, failed } = JSON.parse(line) as { passed?: unknown; failed?: unknown };
    return Array.isArray(passed) && Array.isArray(failed) ? { passed, failed } : undefined;
  } catch {
    return undefined;
  }
}
