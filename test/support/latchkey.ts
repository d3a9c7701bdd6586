import { fileURLToPath } from "node:url";
import { type Ended, type RunOptions, runProgram } from "./runProgram.ts";

/** How the command line is run from its sources. */
export const latchkeyProgram: readonly string[] = [
  process.execPath,
  "--conditions=@latchkey/source",
  "--disable-warning=ExperimentalWarning",
  fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url)),
];

/** Runs `latchkey` as a process of its own; the variables are added to this process's. */
export function latchkey(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const environment = { ...process.env, ...options.environment };
  return runProgram([...latchkeyProgram, ...args], { ...options, environment });
}
