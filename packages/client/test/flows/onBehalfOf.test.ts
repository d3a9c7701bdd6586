import type { Account, AcquireTokenOnBehalfOfOptions, ConfidentialClientApplicationOptions } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, entra, makeDaemon, secret, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { testStart } from "../support/manualClock.ts";
import { randomOf } from "../support/randomOf.ts";
import { aadstsError, type ScriptedResponse } from "../support/scriptedService.ts";
import { homeAccountId, idTokenResponse, jwtOf } from "../support/tool.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = ["https://graph.microsoft.com/.default"];
const hourMs = 3_600_000;
const [first, second, third] = ["a", "b", "c"].map((jti) => jwtOf({ jti, exp: testStart / 1000 + 3_900 })) as [
  string,
  string,
  string,
];
const deadToken = aadstsError(700082, "x", { error: "invalid_grant" }, 400);

/** An API whose requests are answered one after the other; by default each response is a new token of the user. */
function makeApi(
  responses: readonly (ScriptedResponse | Promise<ScriptedResponse> | undefined)[] = [],
  options: Partial<ConfidentialClientApplicationOptions> = {},
) {
  const daemon = makeDaemon((_, index) => responses[index] ?? idTokenResponse({}, index + 1), options);
  const ask = (more: Partial<AcquireTokenOnBehalfOfOptions> = { oboAssertion: first }) =>
    daemon.app.acquireTokenOnBehalfOf({ scopes, ...more } as AcquireTokenOnBehalfOfOptions);
  /** The redeemed tokens, request by request. */
  const redeemed = () =>
    daemon.service.requests.map(({ form }) => form.get("refresh_token") ?? form.get("assertion") ?? "neither");
  return { ...daemon, ask, redeemed };
}

/** Lets pending microtasks finish. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The response for another user than the usual one. */
function answerFor(uid: string, number: number): ScriptedResponse {
  const clientInfo = Buffer.from(JSON.stringify({ uid, utid: tenantId })).toString("base64url");
  return idTokenResponse({ oid: uid, sub: uid }, number, { client_info: clientInfo });
}

describe("a token on behalf of a caller", () => {
  test("is requested as Entra documents it", async () => {
    const { ask, service } = makeApi();
    const result = await ask();
    expect(result).toMatchObject({ source: "network", accessToken: "token-1", account: { homeAccountId }, tenantId });
    expect(service.requests[0]?.url.href).toBe(`${entra}/oauth2/v2.0/token`);
    expect(Object.fromEntries(service.requests[0]?.form ?? [])).toEqual({
      client_id: clientId,
      client_secret: secret,
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: first,
      requested_token_use: "on_behalf_of",
      scope: "https://graph.microsoft.com/.default openid profile offline_access",
      client_info: "1",
    });
  });

  test("comes from the cache with the account and the ID token", async () => {
    const { ask, service } = makeApi();
    const fetched = await ask();
    const cached = await ask();
    expect(cached).toMatchObject({ source: "cache", accessToken: "token-1", account: { homeAccountId } });
    expect(cached.idToken).toBe(fetched.idToken);
    expect(cached.idTokenClaims?.name).toBe("Grace Hopper");
    expect(cached).not.toBe(await ask());
    expect(service.requests).toHaveLength(1);
  });

  test("is cached even if the response names no user", async () => {
    const { ask, service } = makeApi([idTokenResponse({}, 1, { id_token: undefined })]);
    await ask();
    expect(await ask()).toMatchObject({ source: "cache", accessToken: "token-1" });
    expect(service.requests).toHaveLength(1);
  });

  test("does not evict that of another token of the same user, nor another user's", async () => {
    const { ask, service } = makeApi([undefined, undefined, answerFor("somebody-else", 3)]);
    for (const oboAssertion of [first, second, third, first, second, third]) {
      await ask({ oboAssertion });
    }
    expect(service.requests).toHaveLength(3);
    const tokens = await Promise.all([first, second, third].map((oboAssertion) => ask({ oboAssertion })));
    expect(tokens.map(({ accessToken }) => accessToken)).toEqual(["token-1", "token-2", "token-3"]);
    expect(tokens[2]?.account?.localAccountId).toBe("somebody-else");
  });

  test("is requested once for concurrent calls; each gets its own result", async () => {
    const { ask, service } = makeApi();
    const results = await Promise.all(Array.from({ length: 50 }, () => ask()));
    expect(service.requests).toHaveLength(1);
    expect(new Set(results).size).toBe(50);
  });

  test("comes from the refresh token after it has expired, and then from the cache", async () => {
    const { ask, redeemed, service, clock } = makeApi();
    await ask();
    clock.advance(hourMs);
    expect(await ask()).toMatchObject({ source: "network", accessToken: "token-2", account: { homeAccountId } });
    expect(await ask()).toMatchObject({ source: "cache", accessToken: "token-2" });
    clock.advance(hourMs);
    await ask();
    expect(redeemed()).toEqual([first, "refresh-1", "refresh-2"]);
    expect(service.requests[1]?.form.get("client_secret")).toBe(secret);
  });

  test("is returned at once when its refresh is due, and refreshed afterwards", async () => {
    const later = withResolvers<ScriptedResponse>();
    const due = idTokenResponse({}, 1, { refresh_in: 1_800 });
    const { app, ask, redeemed, clock, service } = makeApi([due, later.promise], { random: randomOf(0) });
    await ask();
    clock.advance(hourMs / 2);
    for (let caller = 0; caller < 3; caller++) {
      expect(await ask()).toMatchObject({ source: "cache", accessToken: "token-1", account: { homeAccountId } });
    }
    await service.received(2);
    later.resolve(idTokenResponse({}, 2));
    await settled();
    expect(await ask()).toMatchObject({ source: "cache", accessToken: "token-2", account: { homeAccountId } });
    expect(redeemed()).toEqual([first, "refresh-1"]);
    expect(app.tokenCache.statistics).toMatchObject({ hits: 4, misses: 1, refreshesStarted: 1, refreshesFailed: 0 });
  });

  test("is returned although its background refresh finds the refresh token dead", async () => {
    for (const oboAssertion of [first, undefined]) {
      const due = idTokenResponse({}, 1, { refresh_in: 1_800 });
      const { ask, clock, service } = makeApi([due, deadToken, deadToken], { random: randomOf(0) });
      await ask({ oboAssertion: first, sessionKey: "s" });
      clock.advance(hourMs / 2);
      const again = () => ask({ ...(oboAssertion === undefined ? {} : { oboAssertion }), sessionKey: "s" });
      expect((await again()).accessToken).toBe("token-1");
      await settled();
      clock.advance(300_000);
      expect(await again()).toMatchObject({ source: "cache", accessToken: "token-1" });
      await settled();
      // Without the caller's token there is nothing left to try.
      expect(service.requests).toHaveLength(oboAssertion === undefined ? 2 : 4);
    }
  });

  test("is returned during an outage until it really expires, to its own caller only", async () => {
    const outage = { status: 503, body: "" };
    const { ask, clock } = makeApi([undefined, outage, outage, outage]);
    const sessionKey = "s";
    await ask({ oboAssertion: first, sessionKey });
    clock.advance(hourMs - 100_000);
    expect(await ask({ oboAssertion: first, sessionKey })).toMatchObject({ source: "cache", accessToken: "token-1" });
    expect(await authErrorOf(ask({ oboAssertion: second, sessionKey }))).toMatchObject({ status: 503 });
    clock.advance(100_000);
    expect(await authErrorOf(ask({ oboAssertion: first, sessionKey }))).toMatchObject({ status: 503 });
  });

  test("keeps the ID token and the refresh token if a response contains none", async () => {
    const { ask, redeemed } = makeApi([
      undefined,
      idTokenResponse({}, 2, { id_token: undefined, refresh_token: undefined }),
    ]);
    const { idToken } = await ask();
    const refreshed = await ask({ oboAssertion: first, forceRefresh: true });
    expect(refreshed).toMatchObject({ accessToken: "token-2", idToken, account: { homeAccountId } });
    expect(await ask()).toMatchObject({ source: "cache", idToken, idTokenClaims: { name: "Grace Hopper" } });
    await ask({ oboAssertion: first, forceRefresh: true });
    expect(redeemed()).toEqual([first, "refresh-1", "refresh-1"]);
  });

  test("is refreshed as long as the caller can send the same token, however many others come", async () => {
    const short = (number: number) => idTokenResponse({}, number, { expires_in: 600 });
    const { ask, redeemed, clock } = makeApi([1, 2, 3, 4, 5].map(short));
    await ask();
    for (const oboAssertion of ["opaque-1", "opaque-2"]) {
      clock.advance(hourMs / 3);
      await ask({ oboAssertion });
      await ask();
    }
    expect(redeemed()).toEqual([first, "opaque-1", "refresh-1", "opaque-2", "refresh-3"]);
  });

  test("is refreshed once for concurrent calls", async () => {
    const { ask, redeemed, clock } = makeApi();
    await ask();
    clock.advance(hourMs);
    await Promise.all(Array.from({ length: 50 }, () => ask()));
    expect(redeemed()).toEqual([first, "refresh-1"]);
  });

  test("comes from the caller's token again if there is no refresh token, or it has expired", async () => {
    for (const response of [{ refresh_token: undefined }, { refresh_token_expires_in: 1_800 }]) {
      const { ask, redeemed, clock } = makeApi([idTokenResponse({}, 1, response)]);
      await ask();
      clock.advance(hourMs);
      await ask();
      expect(redeemed()).toEqual([first, first]);
    }
  });

  test("comes from the caller's token again if the refresh token is dead, which is then removed", async () => {
    const { ask, redeemed, clock } = makeApi([
      undefined,
      deadToken,
      idTokenResponse({}, 3, { refresh_token: undefined }),
    ]);
    await ask();
    clock.advance(hourMs);
    expect((await ask()).accessToken).toBe("token-3");
    await ask({ oboAssertion: first, forceRefresh: true });
    expect(redeemed()).toEqual([first, "refresh-1", first, first]);
  });

  test("is not requested again with the caller's token if the service fails, or requires more of the user", async () => {
    const claims = '{"access_token":{"polids":{}}}';
    for (const [scripted, expected] of [
      [{ status: 503, body: "" }, { code: "temporarily_unavailable" }],
      [
        aadstsError(50076, "x", { error: "interaction_required", claims }, 400),
        { name: "InteractionRequiredError", code: "interaction_required", claims },
      ],
    ] as const) {
      const { ask, redeemed } = makeApi([undefined, scripted]);
      await ask();
      expect(await authErrorOf(ask({ oboAssertion: first, forceRefresh: true }))).toMatchObject(expected);
      expect(redeemed()).toEqual([first, "refresh-1"]);
    }
  });

  test("is not stored, so that another process exchanges the caller's token again", async () => {
    const { app, ask } = makeApi();
    await ask();
    await ask({ oboAssertion: first, sessionKey: "work" });
    const blob = app.tokenCache.serialize();
    expect(blob).not.toMatch(/token-\d|refresh-\d/);
    const other = makeApi();
    other.app.tokenCache.deserialize(blob);
    expect((await other.ask()).source).toBe("network");
    expect(other.redeemed()).toEqual([first]);
    expect(await authErrorOf(other.ask({ sessionKey: "work" }))).toMatchObject({ code: "sign_in_required" });
  });

  test("is refused if the refresh response is for another user", async () => {
    const { ask } = makeApi([undefined, answerFor("somebody-else", 2)]);
    await ask();
    const failure = await authErrorOf(ask({ oboAssertion: first, forceRefresh: true }));
    expect(failure.code).toBe("invalid_id_token");
    expect(await ask()).toMatchObject({ source: "cache", accessToken: "token-1" });
  });

  test.each<[string, object]>([
    ["forceRefresh", { forceRefresh: true }],
    ["claims", { claims: '{"access_token":{}}' }],
    ["claimsFromClient", { claimsFromClient: '{"access_token":{}}' }],
    ["extra body parameters", { extraBodyParameters: { slice: "a" } }],
    ["other scopes", { scopes: ["https://vault.azure.net/.default"] }],
  ])("is requested again with %s", async (_, more) => {
    const { ask, service } = makeApi();
    await ask();
    await ask({ oboAssertion: first, ...more });
    expect(service.requests).toHaveLength(2);
    expect((await ask()).accessToken).toBe("forceRefresh" in more || "claims" in more ? "token-2" : "token-1");
  });

  test("is requested in the call's tenant, and cached separately for each", async () => {
    const other = "99999999-0000-4000-8000-000000000000";
    const claims = { tid: other, iss: `https://login.microsoftonline.com/${other}/v2.0` };
    const { ask, service } = makeApi([undefined, idTokenResponse(claims, 2)]);
    await ask();
    expect(await ask({ oboAssertion: first, tenantId: other })).toMatchObject({ accessToken: "token-2" });
    expect(service.requests[1]?.url.pathname).toBe(`/${other}/oauth2/v2.0/token`);
    expect((await ask()).accessToken).toBe("token-1");
  });

  test("does not belong to an account of the application", async () => {
    const { app, ask, service } = makeApi();
    const { account } = await ask();
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
    const silent = app.acquireTokenSilent({ scopes, account: account as Account });
    expect(await authErrorOf(silent)).toMatchObject({ code: "sign_in_required" });
    expect(service.requests).toHaveLength(1);
  });

  test("is not served from the same user's sign-in", async () => {
    const { app, ask, redeemed } = makeApi();
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "imported", scopes });
    expect((await ask()).accessToken).toBe("token-2");
    expect(redeemed()).toEqual(["imported", first]);
    expect(await app.acquireTokenSilent({ scopes, account: account as Account })).toMatchObject({
      source: "cache",
      accessToken: "token-1",
    });
  });

  test("reports a refusal of the caller's token, and hides the token", async () => {
    const { app, logged } = makeDaemon(({ form }) =>
      aadstsError(500131, form.toString(), { error: "invalid_grant" }, 400),
    );
    const error = await authErrorOf(app.acquireTokenOnBehalfOf({ scopes, oboAssertion: first }));
    expect(error).toMatchObject({ code: "user_assertion_rejected", aadsts: 500131 });
    expect(JSON.stringify([error, logged])).not.toContain(first.split(".")[1]);
  });

  test.each<[string, object]>([
    ["neither token nor key", {}],
    ["an empty token", { oboAssertion: "" }],
    ["an empty key", { oboAssertion: first, sessionKey: "" }],
    ["a token that is not a string", { oboAssertion: 7 }],
  ])("is refused with %s", async (_, options) => {
    const { ask, service } = makeApi();
    expect(await authErrorOf(ask(options))).toMatchObject({ code: "invalid_options" });
    expect(service.requests).toHaveLength(0);
  });

  test("is not requested when the signal was aborted before", async () => {
    const { ask, service } = makeApi();
    const reason = new Error("enough");
    const aborted = () => ask({ oboAssertion: first, signal: AbortSignal.abort(reason) });
    await expect(aborted()).rejects.toBe(reason);
    expect(service.requests).toHaveLength(0);
    await ask();
    await expect(aborted()).rejects.toBe(reason);
  });
});

describe("a long-running session", () => {
  const sessionKey = "report-7";

  test("starts with the caller's token and continues with the key alone", async () => {
    const { ask, redeemed, clock } = makeApi();
    await ask({ oboAssertion: first, sessionKey });
    expect(await ask({ sessionKey })).toMatchObject({ source: "cache", account: { homeAccountId } });
    for (let hour = 0; hour < 3; hour++) {
      clock.advance(hourMs);
      expect(await ask({ sessionKey })).toMatchObject({ source: "network", account: { homeAccountId } });
    }
    expect(redeemed()).toEqual([first, "refresh-1", "refresh-2", "refresh-3"]);
  });

  test("serves another API too", async () => {
    const { ask, redeemed } = makeApi();
    await ask({ oboAssertion: first, sessionKey });
    await ask({ sessionKey, scopes: ["https://vault.azure.net/.default"] });
    expect(redeemed()).toEqual([first, "refresh-1"]);
  });

  test("requires the user when there is none with the key", async () => {
    const { ask, service } = makeApi();
    await ask();
    expect(await authErrorOf(ask({ sessionKey, correlationId: "c1" }))).toMatchObject({
      name: "InteractionRequiredError",
      code: "sign_in_required",
      correlationId: "c1",
    });
    expect(service.requests).toHaveLength(1);
  });

  test("ends when its refresh token is dead: the service reports it once", async () => {
    const { ask, service, clock } = makeApi([undefined, deadToken]);
    await ask({ oboAssertion: first, sessionKey });
    clock.advance(hourMs);
    expect(await authErrorOf(ask({ sessionKey }))).toMatchObject({ code: "sign_in_required", aadsts: 700082 });
    expect(await authErrorOf(ask({ sessionKey }))).toMatchObject({ code: "sign_in_required", aadsts: undefined });
    expect(service.requests).toHaveLength(2);
  });

  test("is removed when it is ended, and only it", async () => {
    const { app, ask, service } = makeApi();
    await ask({ oboAssertion: first, sessionKey });
    await ask({ oboAssertion: first, sessionKey: "report-8" });
    await app.removeOnBehalfOfSession({ sessionKey });
    expect(await authErrorOf(ask({ sessionKey }))).toMatchObject({ code: "sign_in_required" });
    expect((await ask({ sessionKey: "report-8" })).source).toBe("cache");
    expect(service.requests).toHaveLength(2);
    expect(await authErrorOf(app.removeOnBehalfOfSession({ sessionKey: "" }))).toMatchObject({
      code: "invalid_options",
    });
  });

  test("does not return when it is ended during its refresh", async () => {
    const response = withResolvers<ScriptedResponse>();
    const { app, ask, service } = makeApi([undefined, response.promise]);
    await ask({ oboAssertion: first, sessionKey });
    const work = ask({ sessionKey, forceRefresh: true });
    await service.received(2);
    await app.removeOnBehalfOfSession({ sessionKey });
    response.resolve(idTokenResponse({}, 2));
    expect((await work).accessToken).toBe("token-2");
    expect(await authErrorOf(ask({ sessionKey }))).toMatchObject({ code: "sign_in_required" });
  });

  test("returns nothing of another caller who took over the key to one whose refresh fails", async () => {
    const { promise, resolve } = withResolvers<ScriptedResponse>();
    const { ask, service, clock } = makeApi([answerFor("alice", 1), promise, answerFor("bob", 3)]);
    await ask({ oboAssertion: first, sessionKey });
    clock.advance(hourMs);
    const failures = [authErrorOf(ask({ oboAssertion: first, sessionKey })), authErrorOf(ask({ sessionKey }))];
    await service.received(2);
    expect(await ask({ oboAssertion: second, sessionKey })).toMatchObject({ accessToken: "token-3" });
    resolve({ status: 503 });
    for (const failure of failures) {
      expect(await failure).toMatchObject({ code: "temporarily_unavailable" });
    }
  });

  test("returns nothing of its own to another caller, and passes to that caller with the token", async () => {
    const { ask, redeemed } = makeApi([answerFor("a", 1), answerFor("a", 2), answerFor("somebody-else", 3)]);
    await ask({ oboAssertion: first, sessionKey });
    await ask({ sessionKey, scopes: ["https://vault.azure.net/.default"] });
    const other = await ask({ oboAssertion: second, sessionKey });
    expect(other).toMatchObject({ accessToken: "token-3", account: { localAccountId: "somebody-else" } });
    expect(await ask({ sessionKey })).toMatchObject({ accessToken: "token-3", account: other.account });
    // From here on the responses name the usual user: what matters is whose token was redeemed.
    await authErrorOf(ask({ sessionKey, scopes: ["https://vault.azure.net/.default"] }));
    expect(redeemed()).toEqual([first, "refresh-1", second, "refresh-3"]);
  });

  test("stays the first caller's when the other's token is refused", async () => {
    const refused = aadstsError(500133, "x", { error: "invalid_grant" }, 400);
    const { ask } = makeApi([undefined, refused]);
    await ask({ oboAssertion: first, sessionKey });
    expect(await authErrorOf(ask({ oboAssertion: second, sessionKey }))).toMatchObject({
      code: "user_assertion_rejected",
    });
    expect((await ask({ sessionKey })).accessToken).toBe("token-1");
  });

  test("is separate from a token's hash that equals its key", async () => {
    // RFC 6234: SHA-256 of "assert1", the cache key in other libraries.
    const { ask } = makeApi();
    await ask({ oboAssertion: "assert1" });
    await ask({ oboAssertion: first, sessionKey: "P2jReH9sf9KEu39RawwQe9xPwO_oLWqZbZ-ELYzfwD0" });
    expect(await ask({ oboAssertion: "assert1" })).toMatchObject({ source: "cache", accessToken: "token-1" });
  });

  test("outlives its access tokens while others start", async () => {
    const { ask, redeemed, clock } = makeApi();
    await ask({ oboAssertion: first, sessionKey });
    clock.advance(24 * hourMs);
    await ask({ oboAssertion: second, sessionKey: "report-8" });
    await ask({ sessionKey });
    expect(redeemed()).toEqual([first, second, "refresh-1"]);
  });

  test("outlives any number of callers", async () => {
    const { ask, service } = makeApi([], { maxCachedTokens: 4 });
    await ask({ oboAssertion: first, sessionKey });
    for (let caller = 0; caller < 20; caller++) {
      await ask({ oboAssertion: `caller-${caller}` });
    }
    await ask({ sessionKey });
    expect(service.requests[21]?.form.get("refresh_token")).toBe("refresh-1");
  });
});
