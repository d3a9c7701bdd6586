// How long a hundred simultaneous hits block the event loop, by how many tokens are cached.
import { median } from "../tools/support/median.ts";
import { fillMsal, makeMsal } from "./msalNode.ts";
import { overBudget, report } from "./report.ts";
import { makeApplication, scopeOf, tokenService } from "./tokenSource.ts";

const mostMs = 1;
const hits = 100;
const sizes = [1, 10_000, 100_000];

/** From the first call until the loop runs the next waiting task: the median of several bursts. */
async function stallMs(acquire: (index: number) => Promise<unknown>, size: number, bursts: number): Promise<number> {
  const samples: number[] = [];
  let at = 0;
  for (let burst = 0; burst < bursts; burst++) {
    const startMs = performance.now();
    const free = new Promise<number>((resolve) => setImmediate(() => resolve(performance.now())));
    const all = Promise.all(
      Array.from({ length: hits }, () => {
        at = (at + 7_919) % size;
        return acquire(at);
      }),
    );
    samples.push((await free) - startMs);
    await all;
  }
  return median(samples);
}

const rows: { name: string; cached: number; "ms stalled": number }[] = [];
for (const size of sizes) {
  const app = makeApplication(tokenService().fetch);
  const acquire = (index: number): Promise<unknown> => app.acquireTokenForClient({ scopes: [scopeOf(index)] });
  for (let index = 0; index < size; index++) {
    await acquire(index);
  }
  await stallMs(acquire, size, 200);
  const ms = await stallMs(acquire, size, 200);
  rows.push({ name: "@latchkey/client", cached: size, "ms stalled": ms });
  if (ms > mostMs) {
    overBudget(`${ms.toFixed(2)} ms with ${size} tokens, ${mostMs} ms is the most`);
  }
}
// With a hundred thousand it takes minutes.
for (const size of sizes.filter((each) => each <= 10_000)) {
  const { app } = makeMsal();
  await fillMsal(app, size);
  const acquire = (index: number): Promise<unknown> => app.acquireTokenByClientCredential({ scopes: [scopeOf(index)] });
  rows.push({ name: "@azure/msal-node", cached: size, "ms stalled": await stallMs(acquire, size, 3) });
}
report(`${hits} hits at once`, rows);
