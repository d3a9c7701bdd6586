import { runProgram } from "./childProcess.js";
import { root, setUp } from "./setUp.js";
import { runTool } from "./steps.js";

await runTool(async () => {
  const { node } = await setUp();
  const main = ["--conditions=@latchkey/source", "packages/cli/src/main.ts", "quickstart"];
  return runProgram(node, [...main, ...process.argv.slice(2)], { cwd: root });
});
