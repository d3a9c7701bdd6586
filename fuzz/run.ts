import { parseArgs } from "node:util";
import fc from "fast-check";
import { targets } from "./targets.ts";

const { values, positionals } = parseArgs({
  options: { seconds: { type: "string", default: "20" }, seed: { type: "string" } },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed);
const chosen = targets.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);
if (!(seconds > 0) || !Number.isSafeInteger(seed) || chosen.length === 0) {
  process.stderr.write(
    `Usage: npm run fuzz -- [--seconds N] [--seed N] [part of a name]; targets: ${targets.map(({ name }) => name).join(", ")}.\n`,
  );
  process.exit(2);
}

process.stdout.write(`seed ${seed}, ${seconds} s for each target\n`);
for (const { name, property } of chosen) {
  const outcome = await fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1_000,
  });
  // The time limit may be reached while the counter-example is being reduced: that is a failure too.
  if (outcome.counterexample === null && outcome.numRuns > 0) {
    process.stdout.write(`${name}: ${outcome.numRuns} inputs\n`);
    continue;
  }
  process.exitCode = 1;
  process.stdout.write(
    `${name}: failed\n${fc.defaultReportMessage(outcome) ?? "No input was tried."}\n${outcome.errorInstance}\n`,
  );
}
