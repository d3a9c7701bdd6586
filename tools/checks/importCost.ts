import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Check } from "../checkContract.ts";
import { runQuietly } from "../childProcess.js";
import { inTemporaryFolder } from "../inTemporaryFolder.ts";
import { median } from "../median.ts";
import { stagePackages } from "../stagePackages.ts";

const budgetMs = 6;
/** What a busy machine may add even to the quietest round. */
const toleranceMs = 1.5;
const pairs = 15;
const rounds = 3;

/**
 * CPU time of importing the client as published, over that of importing an empty module.
 *
 * Other work on the machine only ever adds time, so one round of interleaved pairs within the budget proves it is kept,
 * and only one clearly missed in every round is a failure.
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
      const results: number[] = [];
      while (results.length < rounds && !results.some((ms) => ms <= budgetMs)) {
        results.push(await roundMs(node, root, empty, client));
      }
      const best = Math.min(...results);
      return {
        ok: best <= budgetMs + toleranceMs,
        output: `Importing @latchkey/client costs ${best.toFixed(1)} ms CPU; the budget is ${budgetMs} ms.`,
        note: `${best.toFixed(1)} ms CPU of ${budgetMs} ms${best > budgetMs ? ": over the budget, within what noise may add" : ""}`,
      };
    }),
};

async function roundMs(node: string, cwd: string, empty: string, client: string): Promise<number> {
  const differences: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const baseline = await importMs(node, cwd, empty);
    differences.push((await importMs(node, cwd, client)) - baseline);
  }
  return median(differences);
}

async function importMs(node: string, cwd: string, file: string): Promise<number> {
  const program = `const before = process.cpuUsage();
await import(${JSON.stringify(pathToFileURL(file).href)});
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1000));`;
  const { code, stdout, output } = await runQuietly(node, ["--input-type=module", "--eval", program], { cwd });
  if (code !== 0) throw new Error(output);
  return Number(stdout);
}
