import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ConfidentialClientApplication, type ICachePlugin, PublicClientApplication } from "@azure/msal-node";

// App tokens and a user's token in one cache file: MSAL Node against the local platform. Prints a line of JSON: the
// source of each token, and the accounts in the file.

interface Parameters {
  readonly authority: string;
  readonly client_id: string;
  readonly secret: string;
  readonly scope: string[];
  readonly claims: string;
  readonly tool_id: string;
  readonly tool_authority: string;
  readonly user_scope: string[];
  readonly username: string;
  readonly password: string;
  readonly cache_file: string;
}

const parameters = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Parameters;
const { authority, cache_file: file, scope: scopes, user_scope: userScopes, username, password } = parameters;

/** The documented way to store tokens: the whole cache, read before each use and written after a change. */
const cachePlugin: ICachePlugin = {
  beforeCacheAccess: async ({ tokenCache }) => {
    if (existsSync(file)) {
      tokenCache.deserialize(readFileSync(file, "utf8"));
    }
  },
  afterCacheAccess: async ({ cacheHasChanged, tokenCache }) => {
    if (cacheHasChanged) {
      writeFileSync(file, tokenCache.serialize());
    }
  },
};

const daemon = new ConfidentialClientApplication({
  auth: { clientId: parameters.client_id, clientSecret: parameters.secret, authority },
  cache: { cachePlugin },
});
const tool = new PublicClientApplication({
  auth: { clientId: parameters.tool_id, authority: parameters.tool_authority },
  cache: { cachePlugin },
});

async function userToken() {
  const account = (await tool.getTokenCache().getAllAccounts()).find((each) => each.username === username);
  return account === undefined
    ? tool.acquireTokenByUsernamePassword({ scopes: userScopes, username, password })
    : tool.acquireTokenSilent({ scopes: userScopes, account });
}

const source = (result: { readonly fromCache: boolean } | null): string => (result?.fromCache ? "cache" : "network");
// The token with claims comes first: MSAL Node removes the plain one when it caches one with claims.
const claims = source(await daemon.acquireTokenByClientCredential({ scopes, claimsFromClient: parameters.claims }));
const app = source(await daemon.acquireTokenByClientCredential({ scopes }));
const user = source(await userToken());
const accounts = (await tool.getTokenCache().getAllAccounts()).map((each) => each.username);
process.stdout.write(`${JSON.stringify({ app, claims, user, accounts })}\n`);
