import { type Account, PublicClientApplication } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

const scopes = ["User.Read"];

/** A tool to which users sign in by number: each request returns the next one. */
function makeCrowd(maxCachedTokens = 100) {
  const tool = makeTool(
    (_, index) => {
      const uid = `User-${index}-B2C_1_SignIn`;
      const client_info = Buffer.from(JSON.stringify({ uid, utid: tenantId })).toString("base64url");
      const user = { oid: `oid-${index}`, preferred_username: `user${index}@contoso.example` };
      return idTokenResponse(user, index, { client_info });
    },
    { maxCachedTokens },
  );
  const signIn = async (): Promise<Account> =>
    (await tool.app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes })).account as Account;
  return { ...tool, signIn };
}

describe("the accounts of an application", () => {
  test("are listed, and found by home id, local id and user name", async () => {
    const { app, signIn } = makeCrowd();
    const people = [await signIn(), await signIn(), await signIn()];
    const { tokenCache } = app;
    expect(await tokenCache.getAllAccounts()).toEqual(people);
    expect(await tokenCache.getAccountByHomeId(`User-1-B2C_1_SignIn.${tenantId}`)).toEqual(people[1]);
    expect(await tokenCache.getAccountByLocalId("oid-2")).toEqual(people[2]);
    expect(await tokenCache.getAccountsByUsername("USER0@Contoso.Example")).toEqual([people[0]]);
    expect(await tokenCache.getAccountByHomeId("nobody")).toBeUndefined();
  });

  test("are removed with all their tokens, also with ids of mixed case, and no one else's", async () => {
    const { app, signIn } = makeCrowd();
    const [first, second] = [await signIn(), await signIn()];
    await app.tokenCache.removeAccount(first);
    expect(await app.tokenCache.getAllAccounts()).toEqual([second]);
    const silent = app.acquireTokenSilent({ scopes, account: first });
    expect(await authErrorOf(silent)).toMatchObject({ code: "sign_in_required" });
    expect((await app.acquireTokenSilent({ scopes, account: second })).source).toBe("cache");
  });

  test("are removed with the tokens that have extra parameters", async () => {
    const { app, service } = makeTool();
    const signIn = () => app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    const account = (await signIn()).account as Account;
    const special = { scopes, account, claimsFromClient: '{"access_token":{}}' };
    await app.acquireTokenSilent(special);
    await app.tokenCache.removeAccount(account);
    await signIn();
    expect((await app.acquireTokenSilent(special)).source).toBe("network");
    expect(service.requests).toHaveLength(4);
  });

  test("are evicted in the order of their last sign-in when there are too many", async () => {
    const { app, signIn } = makeCrowd(2);
    const people = [await signIn(), await signIn(), await signIn()];
    expect(await app.tokenCache.getAllAccounts()).toEqual(people.slice(1));
  });
});

describe("a public client", () => {
  test.each(["clientCredential", "clientSecret", "clientCertificate", "clientAssertion"])(
    "never accepts a secret: %s",
    async (name) => {
      const make = () =>
        new PublicClientApplication({ clientId, authority: "https://a.b2clogin.com/t/p", [name]: "x" });
      expect(await authErrorOf(make)).toMatchObject({
        code: "invalid_options",
        message: expect.stringContaining(name),
      });
    },
  );
});
