import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stagePackages } from "../publishing/stagePackages.ts";
import { runQuietly } from "../support/childProcess.js";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { median } from "../support/median.ts";
import { conclude } from "../support/report.ts";

/**
 * The CPU time of importing the published client, less that of an empty module, as a share of Node's own start: a share
 * depends less on the machine than milliseconds do. The aim is 0.3 (docs/adr/0011-weigh-the-client-by-what-it-does.md).
 */
const budget = 0.36;
/** What a busy machine may add even to its quietest round. */
const tolerance = 0.04;

await inTemporaryFolder(async (folder) => {
  const empty = join(folder, "empty.js");
  await writeFile(empty, "export {};\n");
  const staged = await stagePackages(join(folder, "staged"));
  const client = join(staged.find(({ name }) => name === "@latchkey/client")?.folder ?? "", "dist", "index.js");

  // Noise mostly adds: one round within the budget is enough, and only a clear miss in every round is a failure.
  let share = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && share > budget; round++) {
    const shares: number[] = [];
    while (shares.length < 15) {
      const bare = await measureImport(empty);
      shares.push(((await measureImport(client)).importMs - bare.importMs) / bare.startMs);
    }
    share = Math.min(share, median(shares));
  }
  const text = `${share.toFixed(2)} of Node's own start; the budget is ${budget}`;
  conclude(share > budget + tolerance ? [`Importing @latchkey/client costs ${text}.`] : [], text);
});

async function measureImport(file: string): Promise<{ readonly startMs: number; readonly importMs: number }> {
  const program = `const before = process.cpuUsage();
await import(${JSON.stringify(pathToFileURL(file).href)});
const [start, all] = [before, process.cpuUsage()].map(({ user, system }) => (user + system) / 1000);
process.stdout.write(JSON.stringify({ startMs: start, importMs: all - start }));`;
  const args = ["--input-type=module", "--eval", program];
  const { code, stdout, output } = await runQuietly(process.execPath, args, { cwd: process.cwd() });
  if (code !== 0) {
    throw new Error(output);
  }
  return JSON.parse(stdout);
}
