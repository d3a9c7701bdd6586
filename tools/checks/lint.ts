import type { Check } from "../checkContract.ts";
import { runQuietly } from "../childProcess.js";

/** Format, lint rules and import boundaries (biome.json). */
export const lint: Check = {
  name: "lint",
  run: async ({ root, node }) => {
    const biome = [
      "node_modules/@biomejs/biome/bin/biome",
      "ci",
      "--error-on-warnings",
      "--colors=off",
      "--max-diagnostics=200",
    ];
    const { code, output } = await runQuietly(node, biome, { cwd: root });
    return { ok: code === 0, output };
  },
};
