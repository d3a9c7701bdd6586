import { rmSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./childProcess.js";
import { root, setUp } from "./setUp.js";
import { runTool } from "./steps.js";
import { testClients } from "./testClients.js";

await runTool(async () => {
  // A report of an earlier run must not stand for one that never came to its end.
  rmSync(join(root, "reports", "test.json"), { force: true });
  const clients = testClients();
  const { node } = await setUp({ moreSteps: clients.steps });
  clients.record();
  const vitest = ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)];
  return runProgram(node, vitest, { cwd: root });
});
