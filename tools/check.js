import { rmSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./childProcess.js";
import { root, setUp } from "./setUp.js";
import { runTool } from "./steps.js";

await runTool(async () => {
  // A report of an earlier run must not stand for one that never came to its end.
  rmSync(join(root, "reports", "check.json"), { force: true });
  const { node } = await setUp();
  return runProgram(node, ["tools/runChecks.ts", ...process.argv.slice(2)], { cwd: root });
});
