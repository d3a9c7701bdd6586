import { join } from "node:path";
import { root, setUp } from "./setUp.js";
import { run } from "./support/childProcess.js";

// `node tools/run.js [options of Node] <file> [arguments]` sets a bare clone up, then runs a program of the repository in
// the folder where npm was called: file names mean what the caller means.
try {
  const startedAt = Date.now();
  const words = process.argv.slice(2);
  const position = words.findIndex((word) => !word.startsWith("--"));
  const program = [...words.slice(0, position), join(root, words[position] ?? ""), ...words.slice(position + 1)];
  const cwd = process.env["INIT_CWD"] ?? process.cwd();
  const node = await setUp();
  const env = { ...process.env, LATCHKEY_SET_UP_SINCE: String(startedAt) };
  process.exitCode = (await run(node, program, { cwd, env })).code;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
