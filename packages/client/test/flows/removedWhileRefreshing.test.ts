import { type Account, type CachePlugin, ConfidentialClientApplication, clientSecret } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, entra, graph } from "../support/daemon.ts";
import { manualClock } from "../support/manualClock.ts";
import { memoryStore } from "../support/memoryStore.ts";
import { type ScriptedResponse, scriptedService } from "../support/scriptedService.ts";
import { idTokenResponse } from "../support/tool.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = ["User.Read"];
const hourMs = 3_600_000;
const caller = { scopes, oboAssertion: "caller.token.signature" };

/** A web application that a user signed in to; from then on, responses wait until they are released. */
async function application(cachePlugin?: CachePlugin, more: object = {}) {
  const clock = manualClock();
  let gate: Promise<void> = Promise.resolve();
  const service = scriptedService(async (_, index): Promise<ScriptedResponse> => {
    await gate;
    return idTokenResponse({}, index + 1, more);
  });
  const app = new ConfidentialClientApplication({
    clientId,
    authority: entra,
    clientCredential: clientSecret("secret"),
    fetch: service.fetch,
    clock,
    cachePlugin,
    maxRetries: 0,
  });
  const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "taken over", scopes });
  await app.acquireTokenOnBehalfOf({ ...caller, sessionKey: "report" });
  return {
    app,
    service,
    clock,
    account: account as Account,
    /** Makes responses wait; returns the function that releases them. */
    hold(): () => void {
      const { promise, resolve } = withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

type Application = Awaited<ReturnType<typeof application>>;

const acquisitions: Readonly<Record<string, (web: Application) => Promise<{ readonly accessToken: string }>>> = {
  "a user's forced refresh": ({ app, account }) => app.acquireTokenSilent({ scopes, account, forceRefresh: true }),
  "a user's refresh for other scopes": ({ app, account }) => app.acquireTokenSilent({ scopes: ["Mail.Read"], account }),
  "a user's refresh with claims": ({ app, account }) => app.acquireTokenSilent({ scopes, account, claims: "{}" }),
  "a user's refresh token taken over": ({ app }) =>
    app.acquireTokenByRefreshToken({ refreshToken: "taken over again", scopes: ["Mail.Read"] }),
  "an app token": ({ app }) => app.acquireTokenForClient({ scopes: [graph] }),
  "a refreshed session": ({ app }) => app.acquireTokenOnBehalfOf({ scopes, sessionKey: "report", forceRefresh: true }),
  "a caller's exchange": ({ app }) =>
    app.acquireTokenOnBehalfOf({ scopes, oboAssertion: "another.callers.token", sessionKey: "report" }),
};
const ofUser = Object.keys(acquisitions).filter((name) => name.startsWith("a user's"));
const ofSession = ["a refreshed session", "a caller's exchange"];

const removals: Readonly<Record<string, { readonly of: readonly string[]; run(web: Application): unknown }>> = {
  removeAccount: { of: ofUser, run: ({ app, account }) => app.tokenCache.removeAccount(account) },
  removeAppTokens: { of: ["an app token"], run: ({ app }) => app.tokenCache.removeAppTokens() },
  removeOnBehalfOfSession: { of: ofSession, run: ({ app }) => app.removeOnBehalfOfSession({ sessionKey: "report" }) },
  clear: { of: Object.keys(acquisitions), run: ({ app }) => app.tokenCache.clear() },
  deserialize: { of: [...ofUser, "an app token"], run: ({ app }) => app.tokenCache.deserialize("") },
};
const cases = Object.entries(removals).flatMap(([removal, { of }]) => of.map((name) => [name, removal] as const));

describe("a response that arrives after its tokens were removed", () => {
  test.each(cases)("is returned to waiting callers but not cached: %s, %s", async (name, removal) => {
    const web = await application();
    const release = web.hold();
    const sent = web.service.requests.length;
    const waiting = acquisitions[name]?.(web);
    await web.service.received(sent + 1);
    await removals[removal]?.run(web);
    const before = holding(web.app);
    release();
    expect((await waiting)?.accessToken).toBe(`token-${sent + 1}`);
    expect(holding(web.app)).toEqual(before);
    if (ofSession.includes(name)) {
      const session = web.app.acquireTokenOnBehalfOf({ scopes, sessionKey: "report" });
      await expect(session).rejects.toMatchObject({ code: "sign_in_required" });
    }
  });

  test("is not written to a store", async () => {
    const store = memoryStore();
    const web = await application(store);
    const release = web.hold();
    const sent = web.service.requests.length;
    const waiting = ["a user's forced refresh", "an app token"].map((name) => acquisitions[name]?.(web));
    await web.service.received(sent + 2);
    await web.app.tokenCache.removeAccount(web.account);
    await web.app.tokenCache.removeAppTokens();
    release();
    await Promise.all(waiting);
    expect(store.text).not.toMatch(/token-|refresh-/);
  });

  test("is not restored if another process removed the user from the store", async () => {
    const store = memoryStore();
    const web = await application(store);
    const release = web.hold();
    const sent = web.service.requests.length;
    const waiting = acquisitions["a user's forced refresh"]?.(web);
    await web.service.received(sent + 1);
    store.text = "{}";
    release();
    await waiting;
    expect(await web.app.tokenCache.getAllAccounts()).toEqual([]);
    expect(store.text).not.toMatch(/token-|refresh-/);
  });

  test("does not replace the response of a new sign-in", async () => {
    const web = await application();
    const { app, account, service } = web;
    const release = web.hold();
    const sent = service.requests.length;
    const waiting = acquisitions["a user's forced refresh"]?.(web);
    await service.received(sent + 1);
    await app.tokenCache.removeAccount(account);
    const signIn = app.acquireTokenByRefreshToken({ refreshToken: "another sign-in", scopes });
    await service.received(sent + 2);
    release();
    await Promise.all([waiting, signIn]);
    expect((await app.acquireTokenSilent({ scopes, account })).accessToken).toBe(`token-${sent + 2}`);
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    expect(service.requests.at(-1)?.form.get("refresh_token")).toBe(`refresh-${sent + 2}`);
  });

  test("is cached if the same refresh token was taken over again in between", async () => {
    const { app, account, service, hold } = await application();
    const release = hold();
    const sent = service.requests.length;
    const takeOver = () => app.acquireTokenByRefreshToken({ refreshToken: "taken over again", scopes });
    const before = takeOver();
    await service.received(sent + 1);
    await app.tokenCache.removeAccount(account);
    const after = takeOver();
    release();
    await Promise.all([before, after]);
    expect(await app.tokenCache.getAllAccounts()).toHaveLength(1);
  });

  test("is not waited for by later calls", async () => {
    const web = await application();
    const { app, service } = web;
    const release = web.hold();
    const sent = service.requests.length;
    const before = app.acquireTokenForClient({ scopes: [graph] });
    await service.received(sent + 1);
    await app.tokenCache.removeAppTokens();
    const after = app.acquireTokenForClient({ scopes: [graph] });
    await service.received(sent + 2);
    release();
    expect([(await before).accessToken, (await after).accessToken]).toEqual([`token-${sent + 1}`, `token-${sent + 2}`]);
    expect((await app.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe(`token-${sent + 2}`);
  });

  test("is cached if another owner was removed", async () => {
    const web = await application();
    const release = web.hold();
    const sent = web.service.requests.length;
    const waiting = acquisitions["a user's forced refresh"]?.(web);
    await web.service.received(sent + 1);
    await web.app.tokenCache.removeAccount({ ...web.account, homeAccountId: "somebody.else" });
    await web.app.tokenCache.removeAppTokens();
    release();
    await waiting;
    const { accessToken, source } = await web.app.acquireTokenSilent({ scopes, account: web.account });
    expect([accessToken, source]).toEqual([`token-${sent + 1}`, "cache"]);
  });

  test("is not cached by a background refresh", async () => {
    const web = await application(undefined, { refresh_in: 1_800 });
    const { app, account, clock, service } = web;
    clock.advance(hourMs * 0.7);
    const release = web.hold();
    const sent = service.requests.length;
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
    await service.received(sent + 1);
    await app.tokenCache.removeAccount(account);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(app.tokenCache.statistics).toMatchObject({ refreshesStarted: 1, refreshesFailed: 0 });
    expect(app.tokenCache.serialize()).not.toMatch(/token-|refresh-/);
  });
});

/** What a cache contains, as far as it shows. */
function holding(app: ConfidentialClientApplication): object {
  const { appTokens, userTokens, accounts, refreshTokens } = app.tokenCache.statistics;
  return { appTokens, userTokens, accounts, refreshTokens, blob: app.tokenCache.serialize() };
}
