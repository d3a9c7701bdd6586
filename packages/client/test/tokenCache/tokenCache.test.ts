import { inspect } from "node:util";
import type { Account, TokenCacheChange } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { appTokenEntry, changedBlob, daemonWith, goldenBlob, parseBlob, toolWith } from "../support/blobs.ts";
import { graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { failureOf } from "../support/failure.ts";
import { homeAccountId, idTokenResponse, makeTool } from "../support/tool.ts";

const scopes = ["User.Read"];
const vault = "https://vault.azure.net/.default";
const environment = "login.windows.net";

describe("the application's own tokens", () => {
  test("are removed by themselves, including those with extra parameters and of other tenants", async () => {
    const theirs = appTokenEntry({ client_id: "other" });
    const text = changedBlob(({ AccessToken }) => Object.assign(AccessToken, { theirs }), "msalNet");
    const { app, service } = daemonWith(text);
    const calls = [
      { scopes: [graph] },
      { scopes: [graph], extraBodyParameters: { fmi_path: "/a" } },
      { scopes: [vault], tenantId: "fabrikam.example" },
    ];
    for (const call of calls) {
      await app.acquireTokenForClient(call);
    }
    await app.tokenCache.removeAppTokens();
    expect(app.tokenCache.statistics).toMatchObject({ appTokens: 0, userTokens: 1, accounts: 1, refreshTokens: 1 });
    // The token bound to a key belonged to the application as well; the on-behalf-of token did not.
    expect(app.tokenCache.serialize()).not.toContain("pop-token");
    expect(app.tokenCache.serialize()).toContain("on-behalf-of-token");
    expect(parseBlob(app.tokenCache.serialize())).toMatchObject({
      AccessToken: { theirs },
      AppMetadata: parseBlob(text).AppMetadata,
    });
    for (const call of calls) {
      expect((await app.acquireTokenForClient(call)).source).toBe("network");
    }
    expect(service.requests).toHaveLength(4);
  });
});

describe("the whole cache", () => {
  test("is cleared of everything that is the application's, and of nothing else", async () => {
    const blob = parseBlob(goldenBlob("msalNet"));
    const theirs = { client_id: "other", secret: "theirs", environment, home_account_id: homeAccountId };
    const text = JSON.stringify({ ...blob, Sessions: 1, IdToken: { ...blob.IdToken, theirs } });
    const { app, account } = await toolWith(text);
    await app.tokenCache.clear();
    expect(parseBlob(app.tokenCache.serialize())).toEqual({
      // Otherwise the other application could not find the user.
      Account: blob.Account,
      IdToken: { theirs },
      AccessToken: {},
      RefreshToken: {},
      AppMetadata: {},
      Sessions: 1,
    });
    expect(app.tokenCache.statistics).toMatchObject({ appTokens: 0, userTokens: 0, accounts: 0, refreshTokens: 0 });
    expect(await failureOf(app.acquireTokenSilent({ scopes, account }))).toMatchObject({ code: "sign_in_required" });
  });
});

describe("the statistics", () => {
  test("report how much there is", async () => {
    const { app, clock } = makeTool((_, index) => idTokenResponse({}, index + 1));
    expect(app.tokenCache.statistics).toEqual({
      appTokens: 0,
      userTokens: 0,
      accounts: 0,
      refreshTokens: 0,
      hits: 0,
      misses: 0,
      refreshesStarted: 0,
      refreshesFailed: 0,
      pluginFailures: 0,
    });
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    await app.acquireTokenSilent({ scopes, account: account as Account, forceRefresh: true });
    expect(app.tokenCache.statistics).toMatchObject({ userTokens: 1, accounts: 1, refreshTokens: 1 });
    clock.advance(7_200_000);
    await app.tokenCache.removeAccount(account as Account);
    expect(app.tokenCache.statistics).toMatchObject({ userTokens: 0, accounts: 0, refreshTokens: 0 });
  });

  test("count hits and misses, and no call that did not use the cache", async () => {
    const { app } = makeDaemon();
    const ask = (more: object = {}) => app.acquireTokenForClient({ scopes: [graph], ...more });
    await ask();
    await ask();
    await ask({ tenantId });
    await ask({ forceRefresh: true });
    await ask({ claims: "{}" });
    await app.acquireTokenSilent({ scopes: [graph], account: null });
    await app.acquireTokenSilent({ scopes: [vault], account: null });
    expect(app.tokenCache.statistics).toMatchObject({ hits: 3, misses: 2 });
  });

  test("count those of users", async () => {
    const { app } = makeTool();
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    const ask = (more: object = {}) => app.acquireTokenSilent({ scopes, account: account as Account, ...more });
    await ask();
    await ask({ forceRefresh: true });
    await ask({ claimsFromClient: "{}" });
    await failureOf(ask({ account: { ...account, homeAccountId: "nobody" } }));
    expect(app.tokenCache.statistics).toMatchObject({ hits: 1, misses: 2 });
  });
});

describe("a change listener", () => {
  test("is notified of what was added and removed, and its owner", async () => {
    const notified: TokenCacheChange[] = [];
    const daemon = makeDaemon();
    daemon.app.tokenCache.onChange((change) => notified.push(change));
    await daemon.app.acquireTokenForClient({ scopes: [graph] });
    await daemon.app.acquireTokenForClient({ scopes: [graph] });
    await daemon.app.tokenCache.removeAppTokens();
    const appToken = { kind: "appToken", environment, tenantId, homeAccountId: undefined, scopes: [graph] };
    expect(notified).toEqual([
      { action: "added", ...appToken },
      { action: "removed", ...appToken },
    ]);
  });

  test("is notified of users, their tokens, and a state that was read", async () => {
    const notified: TokenCacheChange[] = [];
    const { app } = makeTool();
    app.tokenCache.onChange((change) => notified.push(change));
    const { account } = await app.acquireTokenByRefreshToken({
      refreshToken: "rt",
      scopes: ["Mail.Read", "User.Read"],
    });
    await app.tokenCache.removeAccount(account as Account);
    app.tokenCache.deserialize(goldenBlob("msalNode7"));
    const of = { environment, homeAccountId };
    const user = { kind: "account", ...of, tenantId, scopes: undefined };
    const refreshToken = { kind: "refreshToken", ...of, tenantId: undefined, scopes: undefined };
    const userToken = { kind: "userToken", ...of, tenantId, scopes: ["mail.read", "user.read"] };
    expect(notified).toEqual([
      { action: "added", ...user },
      { action: "added", ...refreshToken },
      { action: "added", ...userToken },
      { action: "removed", ...userToken },
      { action: "removed", ...refreshToken },
      { action: "removed", ...user },
      { action: "loaded" },
    ]);
    expect(JSON.stringify(notified)).not.toMatch(/token-1|refresh-1|eyJ/);
  });

  test("is not notified after it unsubscribed", async () => {
    const notified: string[] = [];
    const { app } = makeDaemon();
    const listener = ({ action }: TokenCacheChange): void => void notified.push(action);
    const end = app.tokenCache.onChange(listener);
    app.tokenCache.onChange(listener);
    end();
    end();
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(notified).toEqual(["added"]);
  });

  test("does not keep others from being notified, nor a call from its token, by failing", async () => {
    const notified: string[] = [];
    const { app, logged } = makeDaemon();
    app.tokenCache.onChange(() => {
      throw new Error("canary");
    });
    app.tokenCache.onChange(({ action }) => notified.push(action));
    const { accessToken, correlationId } = await app.acquireTokenForClient({ scopes: [graph] });
    expect(accessToken).toBe("token-1");
    expect(notified).toEqual(["added"]);
    expect(logged).toContainEqual({ message: "a token cache listener failed", error: "Error", correlationId });
  });
});

describe("nothing secret", () => {
  test("is shown by the cache", async () => {
    const { app } = daemonWith(goldenBlob("msalNet"));
    const shown = [inspect(app.tokenCache, { depth: 20, showHidden: true }), JSON.stringify(app.tokenCache)].join();
    expect(shown).not.toMatch(/-token|eyJ/);
  });
});
