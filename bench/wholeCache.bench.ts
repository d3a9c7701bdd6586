// The cost of writing and reading a whole cache of 10,000 tokens, compared with MSAL Node.
import { PublicClientApplication } from "@latchkey/client";
import { fillMsal, makeMsal, readingMsal } from "./msalNode.ts";
import { type Contender, runPaired } from "./pairedRounds.ts";
import { overBudget, report } from "./report.ts";
import { authority, clientId, makeApplication, scopeOf, tokenService } from "./tokenSource.ts";
import { makeTool } from "./userSource.ts";

const size = 10_000;

function repeat(work: () => unknown): Contender["run"] {
  return async (times) => {
    for (let done = 0; done < times; done++) {
      work();
    }
  };
}

interface Contest {
  readonly what: string;
  readonly msal: () => unknown;
  readonly ours: () => unknown;
}

/** Both have the same content: each is measured with the text that it wrote itself. */
async function contestsOf(
  what: string,
  ours: { readonly serialize: () => string; readonly deserialize: (text: string) => void },
  msal: { readonly serialize: () => string; readonly deserialize: (text: string) => void },
): Promise<Contest[]> {
  const [ourText, msalText] = [ours.serialize(), msal.serialize()];
  return [
    { what: `write ${what}`, msal: () => msal.serialize(), ours: () => ours.serialize() },
    { what: `read ${what}`, msal: () => msal.deserialize(msalText), ours: () => ours.deserialize(ourText) },
    { what: `read MSAL's ${what}`, msal: () => msal.deserialize(msalText), ours: () => ours.deserialize(msalText) },
  ];
}

const daemon = makeApplication(tokenService().fetch);
for (let index = 0; index < size; index++) {
  await daemon.acquireTokenForClient({ scopes: [scopeOf(index)] });
}
const msalDaemon = makeMsal().app;
await fillMsal(msalDaemon, size);

const filled = await makeTool(size);
const usersText = filled.app.tokenCache.serialize();
const tool = new PublicClientApplication({ clientId, authority });
tool.tokenCache.deserialize(usersText);

const contests = [
  ...(await contestsOf(`${size} app tokens`, daemon.tokenCache, msalDaemon.getTokenCache())),
  ...(await contestsOf(`${size} users with theirs`, tool.tokenCache, readingMsal(usersText).getTokenCache())),
];
const rows: Record<string, string | number>[] = [];
for (const { what, msal, ours } of contests) {
  const standings = await runPaired(
    [
      { name: "@azure/msal-node", run: repeat(msal) },
      { name: "@latchkey/client", run: repeat(ours) },
    ],
    { roundMs: 400 },
  );
  const [theirMs, ourMs] = standings.map(({ perCpuSecond }) => 1_000 / perCpuSecond);
  const timeRatio = 1 / (standings[1]?.ratio ?? 0);
  rows.push({
    what,
    "@azure/msal-node ms": theirMs ?? 0,
    "@latchkey/client ms": ourMs ?? 0,
    "of MSAL's time": timeRatio,
  });
  if (timeRatio > 1) {
    overBudget(`${timeRatio.toFixed(2)} of MSAL Node's time to ${what}, 1 is the most`);
  }
}
report(`Whole cache of ${size} tokens`, rows);
