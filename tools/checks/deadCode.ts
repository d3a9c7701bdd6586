import type { Check } from "../checkContract.ts";
import { runQuietly } from "../childProcess.js";

/** Files, exports and dependencies that nothing uses (knip.json). */
export const deadCode: Check = {
  name: "deadCode",
  run: async ({ root, node }) => {
    const { code, output } = await runQuietly(node, ["node_modules/knip/bin/knip.js", "--no-progress"], { cwd: root });
    return { ok: code === 0, output };
  },
};
