import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Check } from "../checkContract.ts";
import { runQuietly } from "../support/childProcess.js";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { median } from "../support/median.ts";
import { stagePackages } from "../stagePackages.ts";

/**
 * As part of what Node itself takes to start. The aim is 0.3, 6 ms where that is 20; the client's mends brought it to 0.36
 * (docs/adr/0011-weigh-the-client-by-what-it-does.md).
 */
const budget = 0.36;
/** What a busy machine may add even to the quietest round. */
const tolerance = 0.04;
const pairs = 15;
const rounds = 3;

/**
 * CPU time of importing the client as published, over that of importing an empty module, as part of what Node itself
 * takes to start: milliseconds alone say more about the machine and its other work than about the client.
 *
 * Noise mostly adds, so one round of interleaved pairs within the budget proves it is kept, and only one clearly missed
 * in every round is a failure.
 */
export const importCost: Check = {
  name: "importCost",
  needs: ["build"],
  alone: true,
  run: ({ root, node }) =>
    inTemporaryFolder(async (folder) => {
      const empty = join(folder, "empty.js");
      await writeFile(empty, "export {};\n");
      const staged = await stagePackages(root, join(folder, "staged"));
      const client = join(staged.find(({ name }) => name === "@latchkey/client")?.folder ?? "", "dist", "index.js");
      const results: Cost[] = [];
      while (results.length < rounds && !results.some(({ share }) => share <= budget)) {
        results.push(await measureRound(node, root, empty, client));
      }
      const [best] = results.toSorted((left, right) => left.share - right.share);
      const { share, ms } = best ?? { share: Number.NaN, ms: Number.NaN };
      const measured = `${ms.toFixed(1)} ms CPU, ${share.toFixed(2)} of Node's own start`;
      return {
        ok: share <= budget + tolerance,
        output: `Importing @latchkey/client costs ${measured}; the budget is ${budget}.`,
        note: `${measured} (budget ${budget}${share > budget ? ": over it, within what noise may add" : ""})`,
      };
    }),
};

interface Cost {
  readonly ms: number;
  readonly share: number;
}

async function measureRound(node: string, cwd: string, empty: string, client: string): Promise<Cost> {
  const costs: Cost[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const baseline = await measureImport(node, cwd, empty);
    const { importMs } = await measureImport(node, cwd, client);
    const ms = importMs - baseline.importMs;
    costs.push({ ms, share: ms / baseline.startMs });
  }
  return { ms: median(costs.map(({ ms }) => ms)), share: median(costs.map(({ share }) => share)) };
}

async function measureImport(
  node: string,
  cwd: string,
  file: string,
): Promise<{ readonly startMs: number; readonly importMs: number }> {
  const program = `const before = process.cpuUsage();
await import(${JSON.stringify(pathToFileURL(file).href)});
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({
  startMs: (before.user + before.system) / 1000,
  importMs: (user + system) / 1000,
}));`;
  const { code, stdout, output } = await runQuietly(node, ["--input-type=module", "--eval", program], { cwd });
  if (code !== 0) throw new Error(output);
  return JSON.parse(stdout);
}
