// A user's cached token among those of 10,000, per CPU second.
import { makeMsalTool } from "./msalNode.ts";
import { type Contender, runPaired } from "./pairedRounds.ts";
import { overBudget, report } from "./report.ts";
import { tokenOf } from "./tokenSource.ts";
import { makeTool, userScope } from "./userSource.ts";

const size = 10_000;
/** What the ratio to the bare row must not fall below. */
const budget = 0.4;

/** As in cacheHit: a `Map` from the user to the token. It knows one scope and one tenant. */
function bareCache(ids: readonly string[]) {
  const tokens = new Map(
    ids.map((id, index) => [id, { accessToken: tokenOf(index), expiresAtMs: Date.now() + 86_399_000 }]),
  );
  return async (id: string): Promise<{ accessToken: string; expiresOn: Date } | undefined> => {
    const token = tokens.get(id);
    if (token === undefined || token.expiresAtMs <= Date.now()) return undefined;
    return { accessToken: token.accessToken, expiresOn: new Date(token.expiresAtMs) };
  };
}

/** Asks for the users one after the other in an order without pattern, the same for all contenders. */
function asking<Who>(people: readonly Who[], ask: (who: Who) => Promise<unknown>): Contender["run"] {
  const step = 7_919;
  let at = 0;
  return async (times) => {
    for (let done = 0; done < times; done++) {
      at = (at + step) % people.length;
      if ((await ask(people[at] as Who)) === undefined) throw new Error("a miss");
    }
  };
}

const ours = await makeTool(size);
const msal = await makeMsalTool(size);
const ids = ours.accounts.map(({ homeAccountId }) => homeAccountId);
const standings = await runPaired([
  { name: "bare Map and expiry", run: asking(ids, bareCache(ids)) },
  {
    name: "@latchkey/client",
    run: asking(ours.accounts, (account) => ours.app.acquireTokenSilent({ scopes: [userScope], account })),
  },
  {
    name: "@azure/msal-node",
    run: asking(msal.accounts, (account) => msal.app.acquireTokenSilent({ scopes: [userScope], account })),
  },
]);
if (ours.app.tokenCache.statistics.misses > 0 || msal.count() > 0) throw new Error("a hit went to the network");
report(
  `Silent hit with ${size} accounts`,
  standings.map(({ name, perCpuSecond, ratio }) => ({
    name,
    "hits per CPU second": perCpuSecond,
    "µs per hit": 1e6 / perCpuSecond,
    "of bare": ratio,
  })),
);
const ratio = standings[1]?.ratio ?? 0;
if (ratio < budget) {
  overBudget(`${ratio.toFixed(2)} of the bare row, ${budget} is the least`);
}
