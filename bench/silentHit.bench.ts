// A user's cached token among those of 1,000 and 10,000 users loaded by `deserialize`, per CPU second.
import type { Account } from "@latchkey/client";
import { makeMsalTool } from "./msalNode.ts";
import { type Contender, runPaired } from "./pairedRounds.ts";
import { overBudget, report } from "./report.ts";
import { makeTool, readTool, userScope } from "./userSource.ts";

/** The minimum ratio to the floor; at 1,000 there is no separate budget. */
const budgets: Readonly<Record<number, number>> = { 10000: 0.4 };

interface FloorResult {
  readonly accessToken: string;
  readonly expiresOn: Date;
}

/**
 * The least a cache of users' tokens can do: a concatenated key, one lookup, the expiry, a new result, and a `Map` of
 * pending requests for what is not cached. It checks nothing, knows one tenant and never evicts.
 */
function makeFloor(text: string, fetchToken: (key: string) => Promise<FloorResult>) {
  const { AccessToken } = JSON.parse(text) as { AccessToken: Record<string, Record<string, string>> };
  const tokens = new Map(
    Object.values(AccessToken).map(({ home_account_id, realm, secret, target = "", expires_on }) => [
      [home_account_id, realm, target.split(" ")[0]].join("|"),
      { accessToken: secret ?? "", expiresAtMs: Number(expires_on) * 1_000 },
    ]),
  );
  const flights = new Map<string, Promise<FloorResult>>();
  return async ({ homeAccountId, tenantId }: Account, scope: string): Promise<FloorResult> => {
    const key = `${homeAccountId}|${tenantId}|${scope}`;
    const token = tokens.get(key);
    if (token !== undefined && token.expiresAtMs > Date.now()) {
      return { accessToken: token.accessToken, expiresOn: new Date(token.expiresAtMs) };
    }
    const flight = flights.get(key) ?? fetchToken(key).finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}

/** Requests the users' tokens one by one in an order without a pattern, the same for all contenders. */
function asking<Who>(people: readonly Who[], ask: (who: Who) => Promise<unknown>): Contender["run"] {
  const step = 7_919;
  let at = 0;
  return async (times) => {
    for (let done = 0; done < times; done++) {
      at = (at + step) % people.length;
      if ((await ask(people[at] as Who)) === undefined) {
        throw new Error("a miss");
      }
    }
  };
}

const noFlight = async (): Promise<never> => {
  throw new Error("a miss");
};

const named = process.argv.map(Number).filter((size) => size >= 1);
for (const size of named.length > 0 ? named : [1_000, 10_000]) {
  const text = (await makeTool(size)).app.tokenCache.serialize();
  const ours = await readTool(text);
  // As in a program that stores accounts in sessions: the cache's own objects would be found by identity.
  const fromSessions = JSON.parse(JSON.stringify(ours.accounts)) as Account[];
  const hit = (account: Account): Promise<unknown> => ours.app.acquireTokenSilent({ scopes: [userScope], account });
  const floor = makeFloor(text, noFlight);
  // Loading 10,000 takes it a minute, and each hit goes through all of them.
  const msal = size > 1_000 ? undefined : await makeMsalTool(size);
  const standings = await runPaired([
    { name: "floor", run: asking(ours.accounts, (account) => floor(account, userScope)) },
    { name: "@latchkey/client", run: asking(ours.accounts, hit) },
    { name: "@latchkey/client, accounts from sessions", run: asking(fromSessions, hit) },
    ...(msal === undefined
      ? []
      : [
          {
            name: "@azure/msal-node",
            run: asking(msal.accounts, (account) => msal.app.acquireTokenSilent({ scopes: [userScope], account })),
          },
        ]),
  ]);
  if (ours.app.tokenCache.statistics.misses > 0 || (msal?.count() ?? 0) > 0) {
    throw new Error("a hit went to the network");
  }
  report(
    `Silent hit with ${size} accounts`,
    standings.map(({ name, perCpuSecond, ratio }) => ({
      name,
      "hits per CPU second": perCpuSecond,
      "µs per hit": 1e6 / perCpuSecond,
      "of the floor": ratio,
    })),
  );
  const budget = budgets[size];
  const ratio = Math.min(...standings.slice(1, 3).map((standing) => standing.ratio));
  if (budget !== undefined && ratio < budget) {
    overBudget(`${ratio.toFixed(2)} of the floor with ${size} accounts, ${budget} is the least`);
  }
}
