import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { installTarballs, stagePackages } from "../publishing/stagePackages.ts";
import { installRuntimes } from "../smoke/runtimes.ts";
import { runQuietly } from "../support/childProcess.js";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { conclude } from "../support/report.ts";

const { node20, node22 } = await installRuntimes();
// A developer's own options must not make the packed packages find the sources.
const { NODE_OPTIONS: _, ...env } = process.env;

/** Runs a program in a folder; resolves to what is wrong, unless it succeeds or, on a Node that is too old, reports that. */
async function tryOn(node: string, args: readonly string[], cwd: string, isTooOld = false): Promise<string[]> {
  const { code, output } = await runQuietly(node, args, { cwd, env });
  const isExpected = isTooOld ? code !== 0 && /22\.18/.test(output) && !/ {4}at /.test(output) : code === 0;
  return isExpected ? [] : [`${node} ${args.join(" ")} ended with ${code}:\n${output}`];
}

// The packed packages work in an empty folder on the oldest Node each supports, and report a Node that is too old.
await inTemporaryFolder(async (folder) => {
  const staged = await stagePackages(join(folder, "staged"));
  const [everything, alone] = [join(folder, "everything"), join(folder, "alone")];
  await installTarballs(everything, staged);
  await installTarballs(
    alone,
    staged.filter(({ name }) => name === "@latchkey/client"),
  );
  // The client installs alone: it has no dependency, bundled or not, and every peer is optional.
  const lock = JSON.parse(await readFile(join(alone, "node_modules", ".package-lock.json"), "utf8"));
  const installed = Object.keys(lock.packages).join();
  const use = `if (typeof client.ConfidentialClientApplication !== "function") throw new Error("no class");`;
  const imported = `import * as client from "@latchkey/client"; ${use}`;
  const required = `const client = require("@latchkey/client"); ${use}`;
  const quickstart = [join(everything, "node_modules", "latchkey", "bin", "latchkey.js"), "quickstart"];
  conclude([
    ...(installed === "node_modules/@latchkey/client"
      ? []
      : [`@latchkey/client installs more than itself: ${installed}`]),
    ...(await tryOn(node20, ["--input-type=module", "--eval", imported], alone)),
    ...(await tryOn(node20, ["--input-type=commonjs", "--eval", required], alone)),
    ...(await tryOn(node22, quickstart, everything)),
    ...(await tryOn(process.execPath, quickstart, everything)),
    ...(await tryOn(node20, quickstart, everything, true)),
  ]);
});
