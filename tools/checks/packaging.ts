import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { runQuietly } from "../support/childProcess.js";
import { compileAsInstalled } from "../compileAsInstalled.ts";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { stagePackages } from "../stagePackages.ts";
import { packages } from "../support/workspaces.js";

/** What npm would publish resolves, under every way of resolving, and compiles for those who install it. */
export const packaging: Check = {
  name: "packaging",
  needs: ["build"],
  run: ({ root, node }) =>
    inTemporaryFolder(async (folder) => {
      const staged = await stagePackages(root, folder);
      const failures: string[] = [];
      for (const { name, manifest } of packages(root)) {
        const tarball = staged.find((each) => each.name === name)?.tarball ?? "";
        const tools = [["node_modules/publint/src/cli.js", "run", tarball, "--strict"]];
        // A package that is only a command has no types to look at.
        if (hasTypes(manifest["exports"])) {
          const attw = "node_modules/@arethetypeswrong/cli/dist/index.js";
          // Node has required ES modules since 20.19; that they are none of CommonJS is all that may be said.
          tools.push([attw, tarball, "--ignore-rules", "cjs-resolves-to-esm", "--no-emoji", "--no-color"]);
        }
        for (const tool of tools) {
          const { code, output } = await runQuietly(node, tool, { cwd: root });
          if (code !== 0) failures.push(`${name}: ${output.trim()}`);
        }
      }
      failures.push(...(await compileAsInstalled(root, node, join(folder, "stranger"), staged)));
      return { ok: failures.length === 0, output: failures.join("\n\n") };
    }),
};

function hasTypes(exports: unknown): boolean {
  return JSON.stringify(exports ?? {}).includes('"types"');
}
