import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./childProcess.js";
import { root, setUp } from "./setUp.js";
import { runTool } from "./steps.js";
import { packageProjects } from "./workspaces.js";

await runTool(async () => {
  const { node } = await setUp();
  const words = process.argv.slice(2);
  const folder = join(root, "bench");
  const files = (existsSync(folder) ? readdirSync(folder) : []).filter(
    (name) => name.endsWith(".bench.ts") && (words.length === 0 || words.some((word) => name.includes(word))),
  );
  if (files.length === 0) {
    const named = words.length === 0 ? "" : ` with ${words.join(" or ")} in its name`;
    process.stderr.write(`There is no benchmark in bench/${named}.\n`);
    return 1;
  }
  // What users run is measured: the built files, not the sources.
  const built = await runProgram(node, ["node_modules/typescript/bin/tsc", "-b", ...packageProjects(root)], {
    cwd: root,
  });
  if (built !== 0) return built;
  for (const file of files) {
    process.stdout.write(`\n${file}\n`);
    const code = await runProgram(node, ["--expose-gc", join("bench", file)], { cwd: root });
    if (code !== 0) return code;
  }
  return 0;
});
