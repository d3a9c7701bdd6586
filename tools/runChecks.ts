import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checks } from "./checks.ts";
import { type CheckOutcome, scheduleChecks, selectChecks } from "./scheduleChecks.ts";
import { root } from "./setUp.js";
import { countSteps, summaryLine } from "./summary.js";

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith("--"));
const unknown = words.filter((word) => word.startsWith("--") && word !== "--update");

if (unknown.length > 0) {
  process.stderr.write(`There is no option ${unknown.join(", ")}. Usage: npm run check -- [--update] [step ...]\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await run();
}

async function run(): Promise<number> {
  const context = { root, node: process.execPath, update: words.includes("--update") };
  let selected: ReturnType<typeof selectChecks>;
  try {
    selected = selectChecks(checks, names);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
  const width = Math.max(...selected.map((check) => check.name.length));
  const steps = await scheduleChecks(selected, context, { width: 2, report: (outcome) => print(outcome, width) });

  mkdirSync(join(root, "reports"), { recursive: true });
  const report = { steps: steps.map(({ output, ...step }) => step) };
  writeFileSync(join(root, "reports", "check.json"), `${JSON.stringify(report, null, 2)}\n`);
  const counts = countSteps(report);
  process.stdout.write(`\n${summaryLine([counts])}\n`);
  return counts.failed === 0 ? 0 : 1;
}

function print(step: CheckOutcome, width: number): void {
  const seconds = `${step.seconds.toFixed(1)} s`.padStart(7);
  const note = step.note === undefined ? "" : `  ${step.note}`;
  process.stdout.write(`${step.outcome.padEnd(8)}${step.name.padEnd(width)}${seconds}${note}\n`);
  if (step.outcome === "failed" && step.output.trim() !== "") process.stdout.write(`\n${step.output.trim()}\n\n`);
}
