import { runProgram } from "./childProcess.js";
import { root, setUp } from "./setUp.js";
import { runTool } from "./steps.js";

await runTool(async () => {
  const { node } = await setUp();
  const run = ["--conditions=@latchkey/source", "fuzz/run.ts"];
  return runProgram(node, [...run, ...process.argv.slice(2)], { cwd: root });
});
