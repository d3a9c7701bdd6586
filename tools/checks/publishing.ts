import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { installTarballs, stagePackages } from "../publishing/stagePackages.ts";
import { installRuntimes } from "../smoke/runtimes.ts";
import { runQuietly } from "../support/childProcess.js";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { conclude } from "../support/report.ts";

const { node20, node22 } = await installRuntimes();
// A developer's own setting must not make what is packed find the sources.
const { NODE_OPTIONS: _, ...env } = process.env;

/** Runs a program in a folder; resolves to what is wrong, unless its end is as expected. */
async function tryOn(
  node: string,
  args: readonly string[],
  cwd: string,
  isExpected = (code: number, _output: string): boolean => code === 0,
): Promise<string[]> {
  const { code, output } = await runQuietly(node, args, { cwd, env });
  return isExpected(code, output) ? [] : [`${node} ${args.join(" ")} ended with ${code}:\n${output}`];
}

// The packed packages work in an empty folder, on the oldest Node each promises, and say so on one that is too old.
await inTemporaryFolder(async (folder) => {
  const staged = await stagePackages(join(folder, "staged"));
  const [everything, alone] = [join(folder, "everything"), join(folder, "alone")];
  const client = staged.filter(({ name }) => name === "@latchkey/client");
  await installTarballs(
    everything,
    staged.map(({ tarball }) => tarball),
  );
  await installTarballs(
    alone,
    client.map(({ tarball }) => tarball),
  );
  const installed = await Promise.all(["", "@latchkey"].map((scope) => readdir(join(alone, "node_modules", scope))));
  const visible = installed.flat().filter((name) => !name.startsWith("."));
  const use = `if (typeof client.ConfidentialClientApplication !== "function") throw new Error("no class");`;
  const imported = `import * as client from "@latchkey/client"; ${use}`;
  const required = `const client = require("@latchkey/client"); ${use}`;
  const quickstart = [join(everything, "node_modules", "latchkey", "bin", "latchkey.js"), "quickstart"];
  const isRefusal = (code: number, output: string): boolean =>
    code !== 0 && output.includes("22.18") && !output.includes("    at ");
  conclude([
    ...(visible.join() === "@latchkey,client" ? [] : [`@latchkey/client installs more than itself: ${visible}`]),
    ...(await tryOn(node20, ["--input-type=module", "--eval", imported], alone)),
    ...(await tryOn(node20, ["--input-type=commonjs", "--eval", required], alone)),
    ...(await tryOn(node22, quickstart, everything)),
    ...(await tryOn(process.execPath, quickstart, everything)),
    ...(await tryOn(node20, quickstart, everything, isRefusal)),
  ]);
});
