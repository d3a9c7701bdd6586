import { type Account, InteractionRequiredError } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { entra, tenantId } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { testStart } from "../support/manualClock.ts";
import { aadstsError, type ScriptedResponse } from "../support/scriptedService.ts";
import { homeAccountId, idTokenResponse, makeTool, userId } from "../support/tool.ts";

const scopes = ["User.Read"];
const hourMs = 3_600_000;
const otherTenant = "99999999-0000-4000-8000-000000000000";

/** A tool that a user signed in to, and the account; the sign-in was request number 1. */
async function signedIn(responses: readonly ScriptedResponse[] = [], options: Parameters<typeof makeTool>[1] = {}) {
  const tool = makeTool((_, index) => responses[index - 1] ?? idTokenResponse({}, index + 1), options);
  const { account } = await tool.app.acquireTokenByRefreshToken({ refreshToken: "imported", scopes });
  return { ...tool, account: account as Account };
}

describe("a silent user token", () => {
  test("comes from the cache while it is valid", async () => {
    const { app, account, service } = await signedIn();
    const result = await app.acquireTokenSilent({ scopes, account });
    expect(result).toMatchObject({ accessToken: "token-1", source: "cache", account, tenantId, authority: entra });
    expect(result.idTokenClaims?.oid).toBe(userId);
    expect(service.requests).toHaveLength(1);
  });

  test("is not returned to an aborted signal, though it was returned before", async () => {
    const { app, account } = await signedIn();
    for (const _ of [1, 2]) {
      await app.acquireTokenSilent({ scopes, account });
    }
    const signal = AbortSignal.abort("enough");
    expect(await failureOf(app.acquireTokenSilent({ scopes, account, signal }))).toBe("enough");
  });

  test("is the newest after a forced refresh, and has the latest user data, whatever was returned before", async () => {
    const { app, account } = await signedIn([idTokenResponse({ name: "Grace B. Hopper" }, 2)]);
    for (const _ of [1, 2]) {
      await app.acquireTokenSilent({ scopes, account });
    }
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    for (const _ of [1, 2]) {
      const { accessToken, idTokenClaims } = await app.acquireTokenSilent({ scopes, account });
      expect([accessToken, idTokenClaims?.name]).toEqual(["token-2", "Grace B. Hopper"]);
    }
  });

  test("is found by an account read from JSON", async () => {
    const { app, account } = await signedIn();
    const storedAccount = JSON.parse(JSON.stringify(account)) as Account;
    expect((await app.acquireTokenSilent({ scopes, account: storedAccount })).source).toBe("cache");
  });

  test("serves fewer scopes, ignoring case, including OpenID Connect's own", async () => {
    const { app, account } = await signedIn([idTokenResponse({}, 2, { scope: "User.Read Mail.Read" })]);
    await app.acquireTokenSilent({ scopes: ["User.Read", "Mail.Read"], account });
    for (const fewer of [["mail.read"], ["User.Read", "openid", "email"], ["MAIL.READ", "user.read"]]) {
      expect((await app.acquireTokenSilent({ scopes: fewer, account })).source).toBe("cache");
    }
  });

  test.each([
    ["User.Read profile openid email", []],
    ["openid profile email", []],
    [undefined, []],
    ["User.Read profile openid email", ["openid", "offline_access"]],
    ["openid profile email", ["OpenID", "email"]],
    [undefined, ["offline_access", "User.Read"]],
  ])("comes from the cache if the service grants %j and %j are requested each time", async (scope, scopes) => {
    const { app, service } = makeTool((_, index) => idTokenResponse({}, index + 1, { scope }));
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "refresh", scopes });
    for (const _ of [1, 2]) {
      const result = await app.acquireTokenSilent({ scopes, account: account as Account });
      expect(result).toMatchObject({ source: "cache", accessToken: "token-1" });
    }
    expect(service.requests).toHaveLength(1);
  });

  test("comes from the refresh token after it has expired; the newest refresh token is cached", async () => {
    const { app, account, service, clock } = await signedIn();
    clock.advance(hourMs);
    expect(await app.acquireTokenSilent({ scopes, account })).toMatchObject({
      accessToken: "token-2",
      source: "network",
    });
    clock.advance(hourMs);
    await app.acquireTokenSilent({ scopes, account });
    expect(service.requests.slice(1).map(({ form }) => form.get("refresh_token"))).toEqual(["refresh-1", "refresh-2"]);
    expect(Object.fromEntries(service.requests[1]?.form ?? [])).toMatchObject({
      grant_type: "refresh_token",
      scope: "User.Read openid profile offline_access",
      client_info: "1",
    });
  });

  test("keeps the old refresh token if the response contains no new one", async () => {
    const { app, account, service, clock } = await signedIn([idTokenResponse({}, 2, { refresh_token: undefined })]);
    clock.advance(hourMs);
    await app.acquireTokenSilent({ scopes, account });
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    expect(service.requests[2]?.form.get("refresh_token")).toBe("refresh-1");
  });

  test("requires the user after the refresh token has expired, without a request", async () => {
    const { app, account, service, clock } = await signedIn([
      idTokenResponse({}, 2, { refresh_token_expires_in: 7_200 }),
    ]);
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    clock.advance(2 * hourMs);
    const error = await authErrorOf(app.acquireTokenSilent({ scopes, account }));
    expect(error).toBeInstanceOf(InteractionRequiredError);
    expect(error.code).toBe("sign_in_required");
    expect(service.requests).toHaveLength(2);
  });

  test("is requested once for concurrent calls", async () => {
    const { app, account, service, clock } = await signedIn();
    clock.advance(hourMs);
    const results = await Promise.all(Array.from({ length: 50 }, () => app.acquireTokenSilent({ scopes, account })));
    expect(service.requests).toHaveLength(2);
    expect(new Set(results).size).toBe(50);
  });

  test("is not shared by concurrent calls with different body parameters", async () => {
    const { app, account, service } = await signedIn();
    const ask = (slice: string) => app.acquireTokenSilent({ scopes, account, extraBodyParameters: { slice } });
    const [a, b] = await Promise.all([ask("a"), ask("b")]);
    expect(service.requests.slice(1).map(({ form }) => form.get("slice"))).toEqual(["a", "b"]);
    expect(a.accessToken).not.toBe(b.accessToken);
  });

  test.each<[string, object]>([
    ["forceRefresh", { forceRefresh: true }],
    ["claims", { claims: '{"access_token":{}}' }],
    ["claimsFromClient", { claimsFromClient: '{"access_token":{}}' }],
    ["extra body parameters", { extraBodyParameters: { slice: "a" } }],
  ])("is requested again with %s", async (_, more) => {
    const { app, account, service } = await signedIn();
    await app.acquireTokenSilent({ scopes, account, ...more });
    expect(service.requests).toHaveLength(2);
  });

  test("does not share a request with a call with other extra body parameters", async () => {
    const { app, account, service, clock } = await signedIn();
    clock.advance(hourMs);
    const ask = (slice: string) => app.acquireTokenSilent({ scopes, account, extraBodyParameters: { slice } });
    await Promise.all(["a", "a", "b"].map(ask));
    expect(service.requests.slice(1).map(({ form }) => form.get("slice"))).toEqual(["a", "b"]);
  });

  test("is cached separately for each claims request of the application", async () => {
    const { app, account, service } = await signedIn();
    const ask = (claimsFromClient: string | undefined) => app.acquireTokenSilent({ scopes, account, claimsFromClient });
    await ask('{"access_token":{"a":null}}');
    expect((await ask('{"access_token":{"a":null}}')).accessToken).toBe("token-2");
    await ask('{"access_token":{"b":null}}');
    expect((await ask(undefined)).accessToken).toBe("token-1");
    expect(service.requests).toHaveLength(3);
  });

  test("of another tenant is requested there", async () => {
    const other = { tid: otherTenant, iss: `https://login.microsoftonline.com/${otherTenant}/v2.0`, oid: "guest" };
    const { app, account, service } = await signedIn([idTokenResponse(other, 2)]);
    const result = await app.acquireTokenSilent({ scopes, account, tenantId: otherTenant });
    expect(service.requests[1]?.url.pathname).toBe(`/${otherTenant}/oauth2/v2.0/token`);
    expect(result.account).toMatchObject({ homeAccountId, tenantId: otherTenant, localAccountId: "guest" });
    expect((await app.acquireTokenSilent({ scopes, account, tenantId: otherTenant })).source).toBe("cache");
    expect((await app.acquireTokenSilent({ scopes, account })).accessToken).toBe("token-1");
  });

  test("under common comes from the account's own tenant", async () => {
    const { app, account, service, clock } = await signedIn([], {
      authority: "https://login.microsoftonline.com/common",
    });
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
    clock.advance(hourMs);
    await app.acquireTokenSilent({ scopes, account });
    expect(service.requests[1]?.url.pathname).toBe(`/${tenantId}/oauth2/v2.0/token`);
  });

  test("under a tenant's domain is found though its account has the tenant's id", async () => {
    const { app, account } = await signedIn([], { authority: "https://login.microsoftonline.com/contoso.example" });
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
  });
});

describe("a sign-in that returns an ID token only", () => {
  const alone = { access_token: undefined, expires_in: undefined, scope: undefined };
  const exp = testStart / 1_000 + 3_600;

  test("is served from the cache while it is valid, and then renewed", async () => {
    const { app, service, clock } = makeTool((_, index) =>
      idTokenResponse({ exp: exp + index * 3_600 }, index + 1, alone),
    );
    const first = await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: [] });
    const account = first.account as Account;
    const silent = (scopes: string[] = []) => app.acquireTokenSilent({ scopes, account });
    for (const scopes of [[], ["openid"], ["openid", "offline_access"]]) {
      expect(await silent(scopes)).toMatchObject({ source: "cache", accessToken: "", idToken: first.idToken, account });
    }
    expect((await silent()).expiresOn).toEqual(new Date(exp * 1_000));
    expect(service.requests).toHaveLength(1);
    clock.advance(3_600_000);
    expect((await silent()).idTokenClaims?.exp).toBe(exp + 3_600);
    expect(service.requests[1]?.form.get("refresh_token")).toBe("refresh-1");
  });

  test("contains no token for an API", async () => {
    const { app, service } = makeTool((_, index) => idTokenResponse({}, index + 1, index === 0 ? alone : {}));
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: [] });
    const result = await app.acquireTokenSilent({ scopes: ["User.Read"], account: account as Account });
    expect(result).toMatchObject({ source: "network", accessToken: "token-2" });
    expect(service.requests).toHaveLength(2);
  });

  test("is written for other libraries without an access token", async () => {
    const { app } = makeTool(() => idTokenResponse({}, 1, alone));
    await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: [] });
    const { AccessToken, IdToken } = JSON.parse(app.tokenCache.serialize());
    expect([Object.keys(AccessToken), Object.keys(IdToken)]).toEqual([[], [expect.any(String)]]);
  });
});

describe("user interaction", () => {
  test("is required when nothing is cached", async () => {
    const { app } = makeTool();
    const account = { homeAccountId: "nobody", environment: "login.windows.net", tenantId } as Account;
    const error = await failureOf(app.acquireTokenSilent({ scopes, account }));
    expect(error).toBeInstanceOf(InteractionRequiredError);
    expect(error).toMatchObject({ code: "sign_in_required", message: expect.stringContaining("nobody") });
  });

  test("is required when the refresh token is dead, which is then removed", async () => {
    const { app, account, service } = await signedIn([aadstsError(700082, "x", { error: "invalid_grant" }, 400)]);
    const silent = () => app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    expect(await authErrorOf(silent())).toMatchObject({ code: "sign_in_required", aadsts: 700082 });
    expect(await authErrorOf(silent())).toMatchObject({ code: "sign_in_required", aadsts: undefined });
    expect(service.requests).toHaveLength(2);
  });

  test("is required with the claims of the tenant; the refresh token stays", async () => {
    const claims = '{"access_token":{"capolids":{}}}';
    const refused = aadstsError(50076, "x", { error: "interaction_required", claims }, 400);
    const { app, account, service } = await signedIn([refused]);
    const silent = () => app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    expect(await authErrorOf(silent())).toMatchObject({ code: "interaction_required", claims });
    await silent();
    expect(service.requests[2]?.form.get("refresh_token")).toBe("refresh-1");
  });
});

describe("a refusal that the user can resolve", () => {
  test.each([
    [65001, "consent_required"],
    [50079, "interaction_required"],
  ] as const)(
    "is requested again by each call, so that the user's action counts at once: AADSTS%d",
    async (number, code) => {
      const refused = aadstsError(number, "x", { error: "invalid_grant" }, 400);
      const { app, account, service } = await signedIn([refused, refused]);
      const silent = () => app.acquireTokenSilent({ scopes: ["Mail.Read"], account });
      for (const _ of [1, 2]) {
        expect(await authErrorOf(silent())).toMatchObject({ code, aadsts: number });
      }
      expect((await silent()).accessToken).toBe("token-4");
      expect(service.requests).toHaveLength(4);
    },
  );
});

describe("a family's refresh token", () => {
  test("is used after the application's own is dead", async () => {
    const dead = aadstsError(70000, "x", { error: "invalid_grant" }, 400);
    const family = idTokenResponse({}, 2, { foci: "1", refresh_token: "family" });
    const { app, account, service } = await signedIn([family, dead]);
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    expect(service.requests.map(({ form }) => form.get("refresh_token"))).toEqual([
      "imported",
      "refresh-1",
      "refresh-1",
      "family",
    ]);
  });
});

describe("the response for another user", () => {
  test("is refused, and changes nothing", async () => {
    const clientInfo = Buffer.from(JSON.stringify({ uid: "other", utid: tenantId })).toString("base64url");
    const { app, account } = await signedIn([idTokenResponse({}, 2, { client_info: clientInfo })]);
    const failure = await authErrorOf(app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
    expect(failure).toMatchObject({ code: "invalid_id_token" });
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    expect((await app.acquireTokenSilent({ scopes, account })).accessToken).toBe("token-1");
  });
});

describe("an invalid account", () => {
  test.each([[undefined], [{}], [{ homeAccountId: 7 }]])("is refused: %j", async (account) => {
    const { app } = makeTool();
    const work = async () => app.acquireTokenSilent({ scopes, account: account as Account });
    expect(await authErrorOf(work())).toMatchObject({ code: "invalid_options" });
  });
});
