import { type Account, type Fetch, PublicClientApplication } from "@latchkey/client";
import { authority, clientId, tenantId, tokenOf } from "./tokenSource.ts";

/** The scopes that a tool requests. */
export const userScope = "User.Read";

/** The n-th user's object id. */
export function userIdOf(index: number): string {
  return ["bbbbbbbb-cccc-4ddd-8eee-", index.toString(16).padStart(12, "0")].join("");
}

/** An ID token with the usual claims, and a signature that is never verified. */
export function idTokenOf(index: number): string {
  const claims = {
    iss: `https://login.microsoftonline.com/${tenantId}/v2.0`,
    aud: clientId,
    exp: Math.floor(Date.now() / 1_000) + 86_400,
    sub: `subject-${index}`,
    oid: userIdOf(index),
    tid: tenantId,
    name: `User ${index}`,
    preferred_username: `user${index}@contoso.example`,
  };
  return ["e30", Buffer.from(JSON.stringify(claims)).toString("base64url"), "c2lnbmF0dXJl"].join(".");
}

/** A token service without a network: each request signs in the next user. */
function signInService(): Fetch {
  let count = 0;
  const headers = new Headers({ "content-type": "application/json" });
  return async () => {
    const index = count++;
    const body = {
      token_type: "Bearer",
      expires_in: 86_399,
      scope: `${userScope} openid profile email`,
      access_token: tokenOf(index),
      refresh_token: `refresh-${index}`.padEnd(1_000, "r"),
      id_token: idTokenOf(index),
      client_info: Buffer.from(JSON.stringify({ uid: userIdOf(index), utid: tenantId })).toString("base64url"),
    };
    return { status: 200, headers, text: async () => JSON.stringify(body) };
  };
}

/** Our tool with this many signed-in users. */
export async function makeTool(
  size: number,
): Promise<{ readonly app: PublicClientApplication; readonly accounts: readonly Account[] }> {
  const app = new PublicClientApplication({ clientId, authority, fetch: signInService() });
  const accounts: Account[] = [];
  for (let index = 0; index < size; index++) {
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "taken over", scopes: [userScope] });
    if (account === undefined) {
      throw new Error("no user signed in");
    }
    accounts.push(account);
  }
  return { app, accounts };
}

/** Our tool after reading what another one wrote. */
export async function readTool(
  text: string,
): Promise<{ readonly app: PublicClientApplication; readonly accounts: readonly Account[] }> {
  const app = new PublicClientApplication({ clientId, authority, fetch: signInService() });
  app.tokenCache.deserialize(text);
  return { app, accounts: await app.tokenCache.getAllAccounts() };
}
