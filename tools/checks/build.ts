import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { runQuietly } from "../childProcess.js";
import { packageProjects, packages } from "../workspaces.js";

/** Every package compiled into an empty `dist`, so that a file whose source is gone cannot be published. */
export const build: Check = {
  name: "build",
  run: async ({ root, node }) => {
    for (const { folder } of packages(root)) await rm(join(folder, "dist"), { recursive: true, force: true });
    const tsc = ["node_modules/typescript/bin/tsc", "-b", ...packageProjects(root)];
    const { code, output } = await runQuietly(node, tsc, { cwd: root });
    return { ok: code === 0, output };
  },
};
