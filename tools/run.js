import { join } from "node:path";
import { root, setUp } from "./setUp.js";
import { run } from "./support/childProcess.js";

// `node tools/run.js [Node options] <file> [arguments]` sets up a bare clone, then runs a program of the repository in the
// folder where npm was called, so that relative file names work.
try {
  const startedAt = Date.now();
  const words = process.argv.slice(2);
  const position = words.findIndex((word) => !word.startsWith("--"));
  const program = words.with(position, join(root, words[position] ?? ""));
  const cwd = process.env["INIT_CWD"] ?? process.cwd();
  const env = { ...process.env, LATCHKEY_SET_UP_SINCE: String(startedAt) };
  process.exitCode = (await run(await setUp(), program, { cwd, env })).code;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
