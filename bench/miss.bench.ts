// A token that has to be requested, with a secret and without a network: the cost of a library itself, per CPU second.
import type { INetworkModule } from "@azure/msal-node";
import {
  type AuthorizationServer,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
} from "oauth4webapi";
import { floorCache } from "./floorCache.ts";
import { makeMsal } from "./msalNode.ts";
import { type Contender, runPaired } from "./pairedRounds.ts";
import { overBudget, report } from "./report.ts";
import { authority, clientId, makeApplication, scopeOf, secret, tokenOf } from "./tokenSource.ts";

/** The minimum ratio to oauth4webapi. */
const least = 1.2;

const headers = { "content-type": "application/json; charset=utf-8" };
let count = 0;

/** The token service's response, as `fetch` would return it. */
function answer(): Response {
  const body = { token_type: "Bearer", expires_in: 86_399, access_token: tokenOf(count++) };
  const text = JSON.stringify(body);
  return new Response(text, { headers: { ...headers, "content-length": String(text.length) } });
}

const scope = scopeOf(0);
const ours = makeApplication(async () => answer());
const networkClient: INetworkModule = {
  sendGetRequestAsync: async () => {
    throw new Error("no metadata is requested");
  },
  sendPostRequestAsync: async <T>() => {
    const response = answer();
    return { headers: {}, status: response.status, body: (await response.json()) as T };
  },
};
const msal = makeMsal(networkClient);
const server: AuthorizationServer = { issuer: authority, token_endpoint: `${authority}/oauth2/v2.0/token` };
const client = { client_id: clientId };
const authentication = ClientSecretPost(secret);
const parameters = new URLSearchParams({ scope });
const options = { [customFetch]: async () => answer() };
const floor = floorCache(async () => (await answer().json()) as { access_token: string; expires_in: number });

const repeat =
  (work: () => Promise<unknown>): Contender["run"] =>
  async (times) => {
    for (let done = 0; done < times; done++) {
      await work();
    }
  };

const standings = await runPaired([
  {
    name: "oauth4webapi",
    run: repeat(async () =>
      processClientCredentialsResponse(
        server,
        client,
        await clientCredentialsGrantRequest(server, client, authentication, parameters, options),
      ),
    ),
  },
  {
    name: "@latchkey/client",
    run: repeat(() => ours.acquireTokenForClient({ scopes: [scope], forceRefresh: true })),
  },
  {
    name: "@azure/msal-node",
    run: repeat(() => msal.app.acquireTokenByClientCredential({ scopes: [scope], skipCache: true })),
  },
  { name: "floor: a Map, a Map of pending requests", run: repeat(() => floor(scope, true)) },
  { name: "the answer alone", run: repeat(async () => answer().text()) },
]);
report(
  "A miss",
  standings.map(({ name, perCpuSecond, ratio }) => ({
    name,
    "misses per CPU second": perCpuSecond,
    "µs per miss": 1e6 / perCpuSecond,
    "of oauth4webapi": ratio,
  })),
);
const ratio = standings[1]?.ratio ?? 0;
if (ratio < least) {
  overBudget(`${ratio.toFixed(2)} of oauth4webapi's misses per CPU second, ${least} is the least`);
}
