import { rmSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./childProcess.js";
import { root, setUp } from "./setUp.js";
import { runTool } from "./steps.js";
import { packageProjects, packages } from "./workspaces.js";

await runTool(async () => {
  const { node } = await setUp();
  // A file whose source is gone would otherwise stay in dist and be published.
  for (const { folder } of packages(root)) rmSync(join(folder, "dist"), { recursive: true, force: true });
  return runProgram(node, ["node_modules/typescript/bin/tsc", "-b", ...packageProjects(root)], { cwd: root });
});
