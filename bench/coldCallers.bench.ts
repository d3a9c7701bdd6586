// A thousand callers who want the same token at the same time, with nothing cached.
import type { INetworkModule } from "@azure/msal-node";
import { median } from "../tools/support/median.ts";
import { floorCache } from "./floorCache.ts";
import { makeMsal } from "./msalNode.ts";
import { runPaired } from "./pairedRounds.ts";
import { overBudget, report } from "./report.ts";
import { makeApplication, scopeOf, tokenOf, tokenService } from "./tokenSource.ts";

const callers = 1_000;
/** The response time of the token service where time is measured. */
const serviceMs = 50;
const rounds = 15;
/**
 * The limits: the total waiting time relative to the floor's, and how much longer the event loop may be blocked at a
 * time.
 */
const mostOfFloor = 1.2;
const mostStallOverFloorMs = 10;
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
    for (let done = 0; done < times; done++) {
      await work();
    }
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
  overBudget(`${requests[0]} requests, 1 is the maximum`);
}

/** How long all callers waited, and the longest time for which the event loop was blocked. */
interface Waiting {
  readonly wallMs: number;
  readonly stallMs: number;
}

async function waitTogether(acquire: () => Promise<unknown>): Promise<Waiting> {
  const startMs = performance.now();
  let lastMs = startMs;
  let stallMs = 0;
  let isOver = false;
  const look = (): void => {
    const nowMs = performance.now();
    stallMs = Math.max(stallMs, nowMs - lastMs);
    lastMs = nowMs;
    if (!isOver) {
      setImmediate(look);
    }
  };
  setImmediate(look);
  await together(acquire);
  const wallMs = performance.now() - startMs;
  isOver = true;
  look();
  return { wallMs, stallMs };
}

const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(resolve, serviceMs, value));
const body = { token_type: "Bearer", expires_in: 86_399, access_token: tokenOf(0) };
const headers = new Headers({ "content-type": "application/json" });
const networkClient: INetworkModule = {
  sendGetRequestAsync: async () => {
    throw new Error("no metadata is requested");
  },
  sendPostRequestAsync: <T>() => later({ headers: {}, status: 200, body: body as T }),
};
const scope = scopeOf(0);

/** Each with nothing cached. */
const contenders: readonly { readonly name: string; readonly make: () => () => Promise<unknown> }[] = [
  {
    name: "floor: a Map, a Map of pending requests",
    make() {
      const ask = floorCache(() => later(body));
      return () => ask(scope);
    },
  },
  {
    name: "@latchkey/client",
    make() {
      const app = makeApplication(() => later({ status: 200, headers, text: async () => JSON.stringify(body) }));
      return () => app.acquireTokenForClient({ scopes: [scope] });
    },
  },
  {
    name: "@azure/msal-node",
    make() {
      const { app } = makeMsal(networkClient);
      return () => app.acquireTokenByClientCredential({ scopes: [scope] });
    },
  },
];

const waits: Waiting[][] = contenders.map(() => []);
for (let round = 0; round < rounds; round++) {
  for (let turn = 0; turn < contenders.length; turn++) {
    const index = (round + turn) % contenders.length;
    const acquire = contenders[index]?.make();
    if (acquire) {
      waits[index]?.push(await waitTogether(acquire));
    }
  }
}

/** The median over the rounds of one contender's value relative to the floor's in the same round. */
function besideFloor(index: number, compare: (own: Waiting, floor: Waiting) => number): number {
  const floors = waits[0] ?? [];
  return median((waits[index] ?? []).flatMap((own, round) => (floors[round] ? [compare(own, floors[round])] : [])));
}

const rows = contenders.map(({ name }, index) => ({
  name,
  "wall ms": median((waits[index] ?? []).map(({ wallMs }) => wallMs)),
  "of the floor": besideFloor(index, (own, floor) => own.wallMs / floor.wallMs),
  "longest stall ms": median((waits[index] ?? []).map(({ stallMs }) => stallMs)),
  "stall over the floor": besideFloor(index, (own, floor) => own.stallMs - floor.stallMs),
}));
report(`${callers} concurrent cold callers of a service that takes ${serviceMs} ms`, rows);
const [, own] = rows;
if (own && own["of the floor"] > mostOfFloor) {
  overBudget(`${own["of the floor"].toFixed(2)} of the floor's time, ${mostOfFloor} is the most`);
}
if (own && own["stall over the floor"] > mostStallOverFloorMs) {
  overBudget(
    `the loop was blocked for ${own["stall over the floor"].toFixed(1)} ms longer than with the floor, ${mostStallOverFloorMs} ms is the maximum`,
  );
}
