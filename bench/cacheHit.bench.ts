// A cached token among 1 to 100,000 in one tenant, per CPU second. Sizes can be given: cacheHit.bench.ts 10000
import { fillMsal, makeMsal } from "./msalNode.ts";
import { type Contender, runPaired } from "./pairedRounds.ts";
import { overBudget, report } from "./report.ts";
import { makeApplication, scopeOf, tokenOf, tokenService } from "./tokenSource.ts";

/** The minimum ratio to the bare row; at 1,000 there is no separate budget. */
const budgets: Readonly<Record<number, number>> = { 1: 0.45, 10000: 0.5, 100000: 0.5 };

/**
 * The least a token cache can do: an async function that looks up a `Map`, compares the expiry with the clock and
 * returns a new object with a new `Date`. It checks nothing, knows one tenant and never evicts.
 */
function bareCache(scopes: readonly string[]) {
  const tokens = new Map(
    scopes.map((scope, index) => [scope, { accessToken: tokenOf(index), expiresAtMs: Date.now() + 86_399_000 }]),
  );
  return async (scope: string): Promise<{ accessToken: string; expiresOn: Date } | undefined> => {
    const token = tokens.get(scope);
    if (token === undefined || token.expiresAtMs <= Date.now()) {
      return undefined;
    }
    return { accessToken: token.accessToken, expiresOn: new Date(token.expiresAtMs) };
  };
}

/** Requests the scopes one by one in an order without a pattern, the same for all contenders. */
function asking(scopes: readonly string[], ask: (scope: string) => Promise<unknown>): Contender["run"] {
  const step = 7_919;
  let at = 0;
  return async (times) => {
    for (let done = 0; done < times; done++) {
      at = (at + step) % scopes.length;
      if ((await ask(scopes[at] ?? "")) === undefined) {
        throw new Error("a miss");
      }
    }
  };
}

const named = process.argv.map(Number).filter((size) => size >= 1);
for (const size of named.length > 0 ? named : [1, 1_000, 10_000, 100_000]) {
  const scopes = Array.from({ length: size }, (_, index) => scopeOf(index));
  const service = tokenService();
  const ours = makeApplication(service.fetch);
  for (const scope of scopes) {
    await ours.acquireTokenForClient({ scopes: [scope] });
  }
  const msal = makeMsal();
  await fillMsal(msal.app, size);

  const standings = await runPaired([
    { name: "bare Map and expiry", run: asking(scopes, bareCache(scopes)) },
    { name: "@latchkey/client", run: asking(scopes, (scope) => ours.acquireTokenForClient({ scopes: [scope] })) },
    {
      name: "@azure/msal-node",
      run: asking(scopes, (scope) => msal.app.acquireTokenByClientCredential({ scopes: [scope] })),
    },
  ]);
  if (service.count() !== size || msal.count() !== 1) {
    throw new Error("a hit went to the network");
  }
  report(
    `Cache hit with ${size} tokens`,
    standings.map(({ name, perCpuSecond, ratio }) => ({
      name,
      "hits per CPU second": perCpuSecond,
      "µs per hit": 1e6 / perCpuSecond,
      "of bare": ratio,
    })),
  );
  const budget = budgets[size];
  const ratio = standings[1]?.ratio ?? 0;
  if (budget !== undefined && ratio < budget) {
    overBudget(`${ratio.toFixed(2)} of the bare row with ${size} tokens, ${budget} is the least`);
  }
}
