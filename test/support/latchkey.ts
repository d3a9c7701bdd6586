import { fileURLToPath } from "node:url";
import { type Ended, type RunOptions, runProgram } from "./runProgram.ts";

/** The arguments that run the command line from its sources. */
export const latchkeyProgram: readonly string[] = [
  process.execPath,
  "--conditions=@latchkey/source",
  "--disable-warning=ExperimentalWarning",
  fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url)),
];

/** Runs `latchkey` as a separate process; the variables are added to this process's. */
export function latchkey(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const environment = { ...process.env, ...options.environment };
  return runProgram([...latchkeyProgram, ...args], { ...options, environment });
}
