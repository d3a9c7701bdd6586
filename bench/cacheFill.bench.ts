// The CPU time of adding one more token, by how many are cached already. Our cache has room for 100,000.
import { median } from "../tools/support/median.ts";
import { fillMsal, makeMsal } from "./msalNode.ts";
import { overBudget, report } from "./report.ts";
import { makeApplication, scopeOf, tokenService } from "./tokenSource.ts";

/**
 * How much more a token may cost in a large cache than in a small one: this allows for noise and cold memory, not for a
 * scan.
 */
const mostRatio = 3;
const batch = 500;
const batches = 9;

/** The median over several batches; each acquires tokens that are not cached yet. */
async function microsecondsPerToken(acquire: (index: number) => Promise<unknown>, from: number): Promise<number> {
  const samples: number[] = [];
  for (let index = from; samples.length < batches; ) {
    const before = process.cpuUsage();
    for (let done = 0; done < batch; done++) {
      await acquire(index++);
    }
    const { user, system } = process.cpuUsage(before);
    samples.push((user + system) / batch);
  }
  return median(samples);
}

const rows: { name: string; cached: number; "µs per token": number; "of the smallest": number }[] = [];
function add(name: string, cached: number, microseconds: number): void {
  const smallest = rows.find((row) => row.name === name)?.["µs per token"] ?? microseconds;
  rows.push({ name, cached, "µs per token": microseconds, "of the smallest": microseconds / smallest });
}

const ours = makeApplication(tokenService().fetch);
const acquire = (index: number): Promise<unknown> => ours.acquireTokenForClient({ scopes: [scopeOf(index)] });
let cached = 0;
// The first ones run code that is not compiled yet. Beyond 100,000, each token replaces another.
for (const size of [10_000, 90_000, 100_000]) {
  while (cached < size) {
    await acquire(cached++);
  }
  add("@latchkey/client", size, await microsecondsPerToken(acquire, cached));
  cached += batch * batches;
}
for (const size of [10, 1_000]) {
  const { app } = makeMsal();
  await fillMsal(app, size);
  const acquireWithMsal = async (index: number): Promise<unknown> =>
    app.acquireTokenByClientCredential({ scopes: [scopeOf(index)], skipCache: true });
  let next = size;
  const before = process.cpuUsage();
  for (let done = 0; done < 20; done++) {
    await acquireWithMsal(next++);
  }
  const { user, system } = process.cpuUsage(before);
  add("@azure/msal-node", size, (user + system) / 20);
}
report("Filling the cache", rows);
for (const { name, cached: size, "of the smallest": ratio } of rows) {
  if (name === "@latchkey/client" && ratio > mostRatio) {
    overBudget(
      `a token costs ${ratio.toFixed(1)} times as much beside ${size} others, ${mostRatio} times is the maximum`,
    );
  }
}
