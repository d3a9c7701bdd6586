import type { Check } from "../checkContract.ts";
import { runQuietly } from "../childProcess.js";

/** Types of everything: packages, tests, tools, benchmarks, examples. */
export const types: Check = {
  name: "types",
  after: ["build"],
  run: async ({ root, node }) => {
    const { code, output } = await runQuietly(node, ["node_modules/typescript/bin/tsc", "-b"], { cwd: root });
    return { ok: code === 0, output };
  },
};
