import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Platform } from "@latchkey/platform";
import { childEnvironment } from "./childEnvironment.ts";
import { clientProgram } from "./clientProgram.ts";

const run = promisify(execFile);

/**
 * Runs a program in `test/clients/` against a platform, and returns the JSON that it prints, line by line.
 *
 * @param file its source, such as `python/daemon.py`
 * @param parametersFiles one line each
 */
export async function runClient(
  platform: Platform,
  file: string,
  parametersFiles: readonly string[],
): Promise<readonly unknown[]> {
  const [program = "", ...args] = clientProgram(file).command;
  const { stdout } = await run(program, [...args, ...parametersFiles], { env: childEnvironment(platform.environment) });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
