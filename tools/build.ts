import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setUp.js";
import { run } from "./support/childProcess.js";

// Otherwise the output of a deleted source would stay in dist and be published.
for (const folder of globSync(join(root, "packages", "*", "dist"))) {
  rmSync(folder, { recursive: true });
}
const projects = ["packages/client", "packages/client/tsconfig.node.json", "packages/platform", "packages/cli"];
const tsc = [join(root, "node_modules", "typescript", "bin", "tsc"), "-b", ...projects];
process.exitCode = (await run(process.execPath, tsc, { cwd: root })).code;
