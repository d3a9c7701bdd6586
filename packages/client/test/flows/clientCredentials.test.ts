import { inspect } from "node:util";
import type { AcquireTokenForClientOptions } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, entra, graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { testStart } from "../support/manualClock.ts";
import { randomOf } from "../support/randomOf.ts";
import { token } from "../support/scriptedService.ts";

const scopes = [graph];
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("an app token from the network", () => {
  test("contains everything that the service returned, with absolute times", async () => {
    const { app } = makeDaemon((_, index) => token(index + 1, { refresh_in: 1800 }), { random: randomOf(0) });
    const result = await app.acquireTokenForClient({ scopes });
    expect({ ...result }).toEqual({
      accessToken: "token-1",
      tokenType: "Bearer",
      expiresOn: new Date(testStart + 3_599_000),
      refreshOn: new Date(testStart + 1_800_000),
      scopes,
      tenantId,
      authority: entra,
      correlationId: expect.stringMatching(uuid),
      source: "network",
      timing: { networkMs: 0, requestCount: 1 },
    });
  });

  test("accepts times as strings of digits, as v1.0 and AD FS send them", async () => {
    const { app } = makeDaemon(() => token(1, { expires_in: "3599" }));
    expect((await app.acquireTokenForClient({ scopes })).expiresOn).toEqual(new Date(testStart + 3_599_000));
  });

  test("has the scopes that the service granted", async () => {
    const { app } = makeDaemon(() => token(1, { scope: "https://graph.microsoft.com/.default  more " }));
    expect((await app.acquireTokenForClient({ scopes })).scopes).toEqual([graph, "more"]);
  });

  test.each([
    ["absent", undefined],
    ["nonsense", "soon"],
    ["negative", -5],
    ["beyond any token's lifetime", 1e15],
  ])("is used once and not cached when expires_in is %s", async (_, expires) => {
    const { app, service } = makeDaemon((_request, index) => token(index + 1, { expires_in: expires }));
    expect((await app.acquireTokenForClient({ scopes })).expiresOn).toEqual(new Date(testStart));
    await app.acquireTokenForClient({ scopes });
    expect(service.requests).toHaveLength(2);
  });

  test("is a Bearer token if AD FS omits the type, and is cached as one", async () => {
    const authority = "https://fs.example.test/adfs";
    const metadata = { issuer: authority, token_endpoint: `${authority}/oauth2/token` };
    const { app, service } = makeDaemon(
      ({ method }) => (method === "GET" ? { body: metadata } : token(1, { token_type: undefined })),
      { authority },
    );
    const [first, second] = [await app.acquireTokenForClient({ scopes }), await app.acquireTokenForClient({ scopes })];
    expect([first, second]).toMatchObject([
      { tokenType: "Bearer", source: "network" },
      { tokenType: "Bearer", source: "cache" },
    ]);
    expect(service.requests).toHaveLength(2);
    const other = makeDaemon(undefined, { authority });
    other.app.tokenCache.deserialize(app.tokenCache.serialize());
    expect(await other.app.acquireTokenForClient({ scopes })).toMatchObject({ tokenType: "Bearer", source: "cache" });
  });

  test("reports how long the network took", async () => {
    const { app, clock } = makeDaemon((_, index) => {
      clock.advance(120);
      return token(index + 1);
    });
    expect((await app.acquireTokenForClient({ scopes })).timing).toEqual({ networkMs: 120, requestCount: 1 });
  });

  test("expires by the time of the request, however long the response took", async () => {
    const { app, clock } = makeDaemon(() => {
      clock.advance(10_000);
      return token(1);
    });
    expect((await app.acquireTokenForClient({ scopes })).expiresOn).toEqual(new Date(testStart + 3_599_000));
  });
});

describe("the token request", () => {
  test("is a form post with the correlation id where Entra looks for it", async () => {
    const { app, service } = makeDaemon();
    const { correlationId } = await app.acquireTokenForClient({ scopes });
    const [request] = service.requests;
    expect(request?.method).toBe("POST");
    expect(request?.url.href).toBe(`${entra}/oauth2/v2.0/token`);
    expect(request?.headers).toEqual({
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded;charset=utf-8",
      "client-request-id": correlationId,
      "return-client-request-id": "true",
      "x-client-sku": "latchkey",
    });
  });

  test("contains the caller's correlation id, body and query parameters and headers", async () => {
    const { app, service } = makeDaemon();
    const result = await app.acquireTokenForClient({
      scopes,
      correlationId: "c1",
      extraBodyParameters: { fmi_path: "a/b" },
      extraQueryParameters: { dc: "ESTS PUB" },
      extraHeaders: { "X-Test": "1", Accept: "text/html" },
    });
    const [request] = service.requests;
    expect(result.correlationId).toBe("c1");
    expect(request?.form.get("fmi_path")).toBe("a/b");
    expect(request?.url.searchParams.get("dc")).toBe("ESTS PUB");
    expect(request?.headers).toMatchObject({ "x-test": "1", accept: "application/json", "client-request-id": "c1" });
  });

  test("contains a claims challenge merged with the client's capabilities", async () => {
    const { app, service } = makeDaemon(undefined, { clientCapabilities: ["cp1"] });
    await app.acquireTokenForClient({ scopes, claims: '{"access_token":{"nbf":{"essential":true}},"id_token":{}}' });
    await app.acquireTokenForClient({ scopes, forceRefresh: true });
    expect(service.requests.map(({ form }) => JSON.parse(form.get("claims") ?? ""))).toEqual([
      { access_token: { nbf: { essential: true }, xms_cc: { values: ["cp1"] } }, id_token: {} },
      { access_token: { xms_cc: { values: ["cp1"] } } },
    ]);
  });

  test.each([["x"], ["[]"], ["7"], ['"x"']])(
    "is not sent with claims that are not a JSON object: %s",
    async (claims) => {
      const { app, service } = makeDaemon(undefined, { clientCapabilities: ["cp1"] });
      expect(await authErrorOf(app.acquireTokenForClient({ scopes, claims }))).toMatchObject({
        code: "invalid_options",
      });
      expect(service.requests).toHaveLength(0);
    },
  );

  test.each([["client_secret"], ["scope"], ["grant_type"]])(
    "is not sent with an extra body parameter that replaces its %s",
    async (name) => {
      const { app } = makeDaemon();
      const error = await authErrorOf(app.acquireTokenForClient({ scopes, extraBodyParameters: { [name]: "canary" } }));
      expect(error).toMatchObject({ code: "invalid_options" });
      expect(error.message).toContain(name);
      expect(error.message).not.toContain("canary");
    },
  );

  test.each([[Number.NaN], [-1]])("is not sent with a timeoutMs of %d", async (timeoutMs) => {
    const { app } = makeDaemon();
    expect(await authErrorOf(app.acquireTokenForClient({ scopes, timeoutMs }))).toMatchObject({
      code: "invalid_options",
    });
  });
});

describe("the log of an acquisition", () => {
  test("contains no warnings if all is well, and the correlation id in each line", async () => {
    const lines: [level: string, fields: object][] = [];
    const level = (name: string) => (fields: object) => void lines.push([name, fields]);
    const logger = { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
    const { app } = makeDaemon(undefined, { logger });
    for (let call = 0; call < 2; call++) {
      await app.acquireTokenForClient({ scopes, correlationId: "c1" });
    }
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toEqual(["debug", expect.objectContaining({ correlationId: "c1" })]);
    }
  });
});

describe("a cached app token", () => {
  test("is returned without a request, a new id or a timing", async () => {
    const { app, service } = makeDaemon(undefined, {
      random: (length) => {
        if (service.requests.length > 0) {
          throw new Error("a hit needs no randomness");
        }
        return crypto.getRandomValues(new Uint8Array(length));
      },
    });
    const first = await app.acquireTokenForClient({ scopes });
    const hit = await app.acquireTokenForClient({ scopes });
    expect({ ...hit }).toEqual({ ...first, source: "cache", timing: undefined });
    expect((await app.acquireTokenForClient({ scopes, correlationId: "mine" })).correlationId).toBe("mine");
    expect(service.requests).toHaveLength(1);
  });

  test("is a new object with new dates: changes by one caller are invisible to others", async () => {
    const { app } = makeDaemon((_, index) => token(index + 1, { refresh_in: 1800 }), { random: randomOf(0) });
    const results = await Promise.all([1, 2].map(() => app.acquireTokenForClient({ scopes })));
    results.push(await app.acquireTokenForClient({ scopes }));
    for (const result of results) {
      result.expiresOn.setTime(0);
      result.refreshOn?.setTime(0);
      result.scopes.push("changed");
      Object.assign(result, { accessToken: "changed" });
    }
    expect(await app.acquireTokenForClient({ scopes })).toMatchObject({
      accessToken: "token-1",
      expiresOn: new Date(testStart + 3_599_000),
      refreshOn: new Date(testStart + 1_800_000),
      scopes,
    });
  });

  test("does not share the list of scopes that the caller passed", async () => {
    const { app } = makeDaemon();
    const mine = [graph];
    await app.acquireTokenForClient({ scopes: mine });
    mine[0] = "changed";
    expect((await app.acquireTokenForClient({ scopes })).scopes).toEqual([graph]);
  });

  test("is found in another spelling", async () => {
    const { app } = makeDaemon();
    await app.acquireTokenForClient({ scopes });
    expect((await app.acquireTokenForClient({ scopes: ["HTTPS://Graph.Microsoft.com/.DEFAULT"] })).source).toBe(
      "cache",
    );
  });

  test("is replaced when it has five minutes left", async () => {
    const { app, clock } = makeDaemon();
    await app.acquireTokenForClient({ scopes });
    clock.advance(3_599_000 - 300_001);
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    clock.advance(1);
    expect(await app.acquireTokenForClient({ scopes })).toMatchObject({ source: "network", accessToken: "token-2" });
  });

  test.each<[string, Partial<AcquireTokenForClientOptions>]>([
    ["forceRefresh", { forceRefresh: true }],
    ["claims", { claims: "{}" }],
  ])("is skipped by %s, and replaced", async (_, more) => {
    const { app } = makeDaemon();
    await app.acquireTokenForClient({ scopes });
    expect(await app.acquireTokenForClient({ scopes, ...more })).toMatchObject({ accessToken: "token-2" });
    expect(await app.acquireTokenForClient({ scopes })).toMatchObject({ accessToken: "token-2", source: "cache" });
  });

  test("is separated by tenant and extra body parameters, but not by query parameters and headers", async () => {
    const { app, service } = makeDaemon();
    const calls: Partial<AcquireTokenForClientOptions>[] = [
      {},
      { tenantId: "contoso.test" },
      { extraBodyParameters: { a: "1" } },
      { extraBodyParameters: { a: "2" } },
      { extraBodyParameters: { a: "1", b: "1" } },
    ];
    for (const call of calls) {
      expect((await app.acquireTokenForClient({ scopes, ...call })).source).toBe("network");
    }
    const same: Partial<AcquireTokenForClientOptions>[] = [
      ...calls,
      { extraBodyParameters: { b: "1", a: "1" } },
      { extraBodyParameters: {} },
      { extraQueryParameters: { q: "1" } },
      { extraHeaders: { h: "1" } },
    ];
    for (const call of same) {
      expect((await app.acquireTokenForClient({ scopes, ...call })).source).toBe("cache");
    }
    expect(service.requests).toHaveLength(calls.length);
  });

  test("stays when another call's token for the same tenant arrives", async () => {
    const { app } = makeDaemon();
    const vault = ["https://vault.azure.net/.default"];
    await Promise.all([
      app.acquireTokenForClient({ scopes, tenantId: "contoso.test" }),
      app.acquireTokenForClient({ scopes: vault, tenantId: "contoso.test" }),
    ]);
    for (const requested of [scopes, vault]) {
      expect((await app.acquireTokenForClient({ scopes: requested, tenantId: "contoso.test" })).source).toBe("cache");
    }
  });

  test("is evicted after maxCachedTokens others", async () => {
    const { app } = makeDaemon(undefined, { maxCachedTokens: 2 });
    for (const name of ["a", "b", "c", "d"]) {
      await app.acquireTokenForClient({ scopes: [`api://${name}/.default`] });
    }
    expect((await app.acquireTokenForClient({ scopes: ["api://a/.default"] })).source).toBe("network");
  });

  test("is not returned to a caller whose signal is already aborted", async () => {
    const { app } = makeDaemon();
    await app.acquireTokenForClient({ scopes });
    expect(await failureOf(app.acquireTokenForClient({ scopes, signal: AbortSignal.abort("no") }))).toBe("no");
  });
});

describe("a result", () => {
  test("hides its token from inspect and includes it in JSON", async () => {
    const { app } = makeDaemon(() => token(1, { access_token: "canary-token" }));
    for (const result of [await app.acquireTokenForClient({ scopes }), await app.acquireTokenForClient({ scopes })]) {
      expect(inspect(result)).toContain("*** (12 characters)");
      expect(inspect({ nested: [result] }, { depth: 9, showHidden: true })).not.toContain("canary");
      expect(`${result}`).not.toContain("canary");
      expect(JSON.parse(JSON.stringify(result))).toMatchObject({
        accessToken: "canary-token",
        expiresOn: "2026-06-01T12:59:59.000Z",
      });
      expect(structuredClone(result)).toEqual({ ...result });
    }
  });
});

describe("the older two-step pattern", () => {
  test("finds nothing, then the token that acquireTokenForClient acquired", async () => {
    const { app, service } = makeDaemon();
    expect(await app.acquireTokenSilent({ scopes, account: null })).toBeUndefined();
    await app.acquireTokenForClient({ scopes });
    expect(await app.acquireTokenSilent({ scopes, account: null, correlationId: "c" })).toMatchObject({
      accessToken: "token-1",
      source: "cache",
      correlationId: "c",
    });
    expect(await app.acquireTokenSilent({ scopes, account: null, tenantId: "contoso.test" })).toBeUndefined();
    expect(service.requests).toHaveLength(1);
  });

  test("returns no app token to a user", async () => {
    const { app } = makeDaemon();
    await app.acquireTokenForClient({ scopes });
    for (const account of [undefined, { homeAccountId: "u.t" }]) {
      const error = await authErrorOf(app.acquireTokenSilent({ scopes, account: account as unknown as null }));
      expect(error).toMatchObject({ code: "invalid_options" });
    }
  });

  test("refuses scopes that no app token has", async () => {
    const { app } = makeDaemon();
    const error = await authErrorOf(app.acquireTokenSilent({ scopes: ["User.Read"], account: null }));
    expect(error).toMatchObject({ code: "invalid_scope" });
  });
});

describe("the options of an application", () => {
  test.each([
    ["clientId", { clientId: " " }, "invalid_options"],
    ["clientId", { clientId: undefined as unknown as string }, "invalid_options"],
    ["maxCachedTokens", { maxCachedTokens: 0 }, "invalid_options"],
    ["maxCachedTokens", { maxCachedTokens: Number.NaN }, "invalid_options"],
    ["requestTimeoutMs", { requestTimeoutMs: Number.POSITIVE_INFINITY }, "invalid_options"],
    ["clientCredential", { clientCredential: undefined as never }, "invalid_credential"],
  ])("are refused at once if %s is invalid", async (name, options, code) => {
    const error = await authErrorOf(() => makeDaemon(undefined, options));
    expect(error).toMatchObject({ name: "ConfigurationError", code });
    expect(error.message).toContain(name);
  });
});

describe("the admin consent URL", () => {
  test("is the tenant's page with the application's id", () => {
    const { app } = makeDaemon();
    expect(app.getAdminConsentUrl()).toBe(
      `https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=${clientId}`,
    );
  });

  test("contains tenant, redirect URI and state", () => {
    const { app } = makeDaemon();
    const url = new URL(
      app.getAdminConsentUrl({ tenantId: "contoso.test", redirectUri: "https://app.test/?a=1", state: "s&t" }) ?? "",
    );
    expect(url.pathname).toBe("/contoso.test/adminconsent");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: clientId,
      redirect_uri: "https://app.test/?a=1",
      state: "s&t",
    });
  });

  test("does not exist for an issuer without such a page", () => {
    const { app } = makeDaemon(undefined, { oidcAuthority: "https://id.example.test" });
    expect(app.getAdminConsentUrl()).toBeUndefined();
  });
});
