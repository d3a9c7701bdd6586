import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stagePackages } from "../publishing/stagePackages.ts";
import { runQuietly } from "../support/childProcess.js";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { median } from "../support/median.ts";
import { conclude } from "../support/report.ts";

/**
 * CPU time of importing the client as published over that of importing an empty module, as part of what Node itself takes
 * to start: milliseconds alone say more about the machine and its other work than about the client. The aim is 0.3
 * (docs/adr/0011-weigh-the-client-by-what-it-does.md).
 */
const budget = 0.36;
/** What a busy machine may add even to the quietest round. */
const tolerance = 0.04;
const pairs = 15;
const mostRounds = 3;

interface Cost {
  readonly ms: number;
  readonly share: number;
}

await inTemporaryFolder(async (folder) => {
  const empty = join(folder, "empty.js");
  await writeFile(empty, "export {};\n");
  const staged = await stagePackages(join(folder, "staged"));
  const client = join(staged.find(({ name }) => name === "@latchkey/client")?.folder ?? "", "dist", "index.js");

  async function measureRound(): Promise<Cost> {
    const costs: Cost[] = [];
    while (costs.length < pairs) {
      const bare = await measureImport(empty);
      const ms = (await measureImport(client)).importMs - bare.importMs;
      costs.push({ ms, share: ms / bare.startMs });
    }
    return { ms: median(costs.map(({ ms }) => ms)), share: median(costs.map(({ share }) => share)) };
  }

  // Noise mostly adds: one round within the budget proves it kept, and only one missed clearly in every round is a failure.
  let best = await measureRound();
  for (let round = 1; round < mostRounds && best.share > budget; round++) {
    const next = await measureRound();
    if (next.share < best.share) {
      best = next;
    }
  }
  const text = `${best.ms.toFixed(1)} ms CPU, ${best.share.toFixed(2)} of Node's own start; the budget is ${budget}`;
  conclude(best.share > budget + tolerance ? [`Importing @latchkey/client costs ${text}.`] : [], text);
});

async function measureImport(file: string): Promise<{ readonly startMs: number; readonly importMs: number }> {
  const program = `const before = process.cpuUsage();
await import(${JSON.stringify(pathToFileURL(file).href)});
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({
  startMs: (before.user + before.system) / 1000,
  importMs: (user + system) / 1000,
}));`;
  const args = ["--input-type=module", "--eval", program];
  const { code, stdout, output } = await runQuietly(process.execPath, args, { cwd: process.cwd() });
  if (code !== 0) {
    throw new Error(output);
  }
  return JSON.parse(stdout);
}
