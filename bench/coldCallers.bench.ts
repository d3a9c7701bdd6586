// A thousand callers who want the same token at the same time, and nothing is cached.
import { makeMsal } from "./msalNode.ts";
import { runPaired } from "./pairedRounds.ts";
import { overBudget, report } from "./report.ts";
import { makeApplication, scopeOf, tokenService } from "./tokenSource.ts";

const callers = 1_000;
const together = (acquire: () => Promise<unknown>): Promise<unknown> =>
  Promise.all(Array.from({ length: callers }, acquire));

async function requestsOfOurs(): Promise<number> {
  const service = tokenService();
  const app = makeApplication(service.fetch);
  await together(() => app.acquireTokenForClient({ scopes: [scopeOf(0)] }));
  return service.count();
}

async function requestsOfMsal(): Promise<number> {
  const { app, count } = makeMsal();
  await together(() => app.acquireTokenByClientCredential({ scopes: [scopeOf(0)] }));
  return count();
}

const repeat =
  (work: () => Promise<unknown>) =>
  async (times: number): Promise<void> => {
    for (let done = 0; done < times; done++) await work();
  };
const standings = await runPaired([
  { name: "@latchkey/client", run: repeat(requestsOfOurs) },
  { name: "@azure/msal-node", run: repeat(requestsOfMsal) },
]);
const requests = [await requestsOfOurs(), await requestsOfMsal()];
report(
  `${callers} concurrent cold callers`,
  standings.map(({ name, perCpuSecond, ratio }, index) => ({
    name,
    requests: requests[index] ?? Number.NaN,
    "CPU ms for all": 1_000 / perCpuSecond,
    "of ours": ratio,
  })),
);
if (requests[0] !== 1) {
  overBudget(`${requests[0]} requests, 1 is the most`);
}
