import { join } from "node:path";
import { runProgram } from "./childProcess.js";
import { root, setUp } from "./setUp.js";
import { runTool } from "./steps.js";

// The command line from its sources, in the folder from which npm was called: file names mean what the caller means.
await runTool(async () => {
  const { node } = await setUp();
  const main = ["--conditions=@latchkey/source", join(root, "packages", "cli", "src", "main.ts")];
  return runProgram(node, [...main, ...process.argv.slice(2)], { cwd: process.env["INIT_CWD"] ?? process.cwd() });
});
