import { type Clock, ConfidentialClientApplication, clientCertificate, clientSecret } from "@latchkey/client";
import fc from "fast-check";
import { decodeJwt } from "jose";
import { describe, expect, test } from "vitest";
import { readAheadMs } from "../../src/transport/serviceClock.ts";
import { appTokenEntry, daemonWith, entriesOf, entryOf, seconds, withAppToken } from "../support/blobs.ts";
import { clientId, entra, graph, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { rsaCertificate } from "../support/keys.ts";
import { testStart } from "../support/manualClock.ts";
import { aadstsError, type ScriptedResponse, scriptedService, token } from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

const hourMs = 3_600_000;
const dated = (ms: number): { date: string } => ({ date: new Date(testStart + ms).toUTCString() });

describe("how far the service's clock is ahead", () => {
  test.each<[string, number, number, number, number]>([
    ["an hour", hourMs, 0, 0, hourMs + 500],
    ["an hour behind", -hourMs, 0, 0, -hourMs + 500],
    ["nothing, when it differs by half a minute", 30_000, 0, 0, 0],
    ["nothing, when it is behind by half a minute", -31_000, 0, 0, 0],
    ["nothing, when the time in transit explains the difference", 50_000, 0, 60_000, 0],
    ["about an hour, when the response took long", hourMs, 0, 10_000, hourMs - 4_500],
    ["nothing, when our clock was corrected in transit", 0, 5 * hourMs, 0, 0],
  ])("is %s", (_, dateMs, sentAtMs, receivedAtMs, expected) => {
    const { date } = dated(dateMs);
    expect(readAheadMs(date, testStart + sentAtMs, testStart + receivedAtMs)).toBe(expected);
  });

  test.each([[null], [""], ["yesterday"], ["5"], ["2001-01-01"]])("is unknown from %j", (date) => {
    expect(readAheadMs(date, 0, 0)).toBeUndefined();
  });
});

describe("a machine whose clock is off", () => {
  test("creates its assertions in the service's time, known from any response", async () => {
    const { pem, certificate } = await rsaCertificate({ notAfter: new Date(testStart + 10 * hourMs) });
    const { app, service } = makeDaemon((_, index) => ({ ...token(index), headers: dated(hourMs) }), {
      clientCredential: clientCertificate({ privateKey: pem, certificate }),
    });
    await app.acquireTokenForClient({ scopes: [graph] });
    await app.acquireTokenForClient({ scopes: [graph], forceRefresh: true });
    const issued = service.requests.map(({ form }) => decodeJwt(form.get("client_assertion") ?? "").iat);
    expect(issued).toEqual([testStart / 1_000, (testStart + hourMs) / 1_000]);
  });

  test("accepts an ID token that is valid in the service's time, however late it is here", async () => {
    const exp = (testStart - hourMs) / 1_000;
    const { app } = makeTool(() => ({ ...idTokenResponse({ exp }), headers: dated(-2 * hourMs) }));
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: ["User.Read"] });
    expect(account?.username).toBe("grace@contoso.example");
  });

  test("refuses an ID token that has expired in the service's time, however early it is here", async () => {
    const exp = (testStart + hourMs) / 1_000;
    const { app } = makeTool(() => ({ ...idTokenResponse({ exp }), headers: dated(2 * hourMs) }));
    const signIn = app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: ["User.Read"] });
    expect(await authErrorOf(signIn)).toMatchObject({ code: "invalid_id_token" });
  });

  test("still counts a token's lifetime by its own clock", async () => {
    const { app } = makeDaemon(() => ({ ...token(1), headers: dated(hourMs) }));
    const { expiresOn } = await app.acquireTokenForClient({ scopes: [graph] });
    expect(expiresOn).toEqual(new Date(testStart + 3_599_000));
  });

  test("does not take the time from what responds in the service's place", async () => {
    const { pem, certificate } = await rsaCertificate();
    const { app, service } = makeDaemon(
      (_, index) => (index === 0 ? { body: "<h1>Welcome</h1>", headers: dated(hourMs) } : token(1)),
      { clientCredential: clientCertificate({ privateKey: pem, certificate }) },
    );
    await app.acquireTokenForClient({ scopes: [graph] }).catch(() => {});
    await app.acquireTokenForClient({ scopes: [graph] });
    const issued = service.requests.map(({ form }) => decodeJwt(form.get("client_assertion") ?? "").iat);
    expect(issued).toEqual([testStart / 1_000, testStart / 1_000]);
  });
});

/**
 * A clock that is this far ahead of the true time, and a service that knows the true time and, if it `isDated`, sends
 * it.
 */
function crookedTime({ aheadMs = 0, isDated = true } = {}) {
  const time = { trueMs: testStart, aheadMs };
  const clock: Clock = { now: () => time.trueMs + time.aheadMs, sleep: () => new Promise(() => {}) };
  const response = (scripted: ScriptedResponse): ScriptedResponse => ({
    ...scripted,
    headers: isDated ? dated(time.trueMs - testStart) : {},
  });
  return { time, clock, answer: response };
}

describe("a clock that is set", () => {
  test("back does not extend a token's lifetime", async () => {
    const { time, clock, answer: response } = crookedTime({ aheadMs: 5 * hourMs });
    const { app, service } = makeDaemon((_, index) => response(token(index)), { clock });
    await app.acquireTokenForClient({ scopes: [graph] });
    time.aheadMs = 0;
    for (let hours = 0; hours < 5; hours++) {
      time.trueMs += hourMs;
      const { accessToken } = await app.acquireTokenForClient({ scopes: [graph] });
      expect(accessToken).toBe(`token-${service.requests.length - 1}`);
      expect(service.requests).toHaveLength(hours + 2);
    }
  });

  test("back costs one request for the time, and no valid token", async () => {
    const { time, clock, answer: response } = crookedTime({ aheadMs: 5 * hourMs });
    const { app, service } = makeDaemon((_, index) => response(token(index)), { clock });
    const others = ["api://one/.default", "api://two/.default"];
    for (const scope of [graph, ...others]) {
      await app.acquireTokenForClient({ scopes: [scope] });
    }
    time.aheadMs = 0;
    await app.acquireTokenForClient({ scopes: [graph] });
    for (const scope of others) {
      expect((await app.acquireTokenForClient({ scopes: [scope] })).source).toBe("cache");
    }
    expect(service.requests).toHaveLength(4);
  });

  test("back, with a service that does not send the time, leaves no earlier token", async () => {
    const { time, clock, answer: response } = crookedTime({ isDated: false });
    const { app, service } = makeDaemon((_, index) => response(token(index)), { clock });
    const scopes = [graph, "api://one/.default"];
    for (const scope of scopes) {
      await app.acquireTokenForClient({ scopes: [scope] });
    }
    time.aheadMs = -5 * hourMs;
    time.trueMs += 2 * hourMs;
    for (const scope of scopes) {
      await app.acquireTokenForClient({ scopes: [scope] });
    }
    expect(service.requests).toHaveLength(4);
    for (const scope of scopes) {
      expect((await app.acquireTokenForClient({ scopes: [scope] })).source).toBe("cache");
    }
  });

  test("back does not make an expired token usable during an outage", async () => {
    const { time, clock, answer: response } = crookedTime({ aheadMs: 5 * hourMs });
    const { app } = makeDaemon((_, index) => (index === 0 ? response(token(1)) : { status: 503, body: "Busy." }), {
      clock,
    });
    await app.acquireTokenForClient({ scopes: [graph] });
    time.aheadMs = 0;
    time.trueMs += 2 * hourMs;
    expect((await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }))).retryable).toBe(true);
  });

  test("back shortly after a hit is noticed by that hit", async () => {
    const { time, clock, answer: response } = crookedTime();
    const { app, service } = makeDaemon((_, index) => response(token(index)), { clock });
    await app.acquireTokenForClient({ scopes: [graph] });
    time.trueMs += 50 * 60_000;
    expect((await app.acquireTokenForClient({ scopes: [graph] })).source).toBe("cache");
    time.aheadMs = -40 * 60_000;
    time.trueMs += 20 * 60_000;
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests).toHaveLength(2);
  });

  test("back by a little changes nothing", async () => {
    const { time, clock, answer: response } = crookedTime();
    const { app, service } = makeDaemon((_, index) => response(token(index)), { clock });
    await app.acquireTokenForClient({ scopes: [graph] });
    time.aheadMs = -4 * 60_000;
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests).toHaveLength(1);
  });

  test("ahead costs one request for the time, and no valid token", async () => {
    const { time, clock, answer: response } = crookedTime();
    const { app, service } = makeDaemon((_, index) => response(token(index)), { clock });
    const scopes = [graph, "api://one/.default"];
    for (const scope of scopes) {
      await app.acquireTokenForClient({ scopes: [scope] });
    }
    time.aheadMs = 5 * hourMs;
    for (const scope of scopes) {
      await app.acquireTokenForClient({ scopes: [scope] });
    }
    expect(service.requests).toHaveLength(3);
  });

  test("back during a request does not extend its token's lifetime", async () => {
    const { time, clock, answer: response } = crookedTime({ aheadMs: 5 * hourMs });
    const { app, service } = makeDaemon(
      (_, index) => {
        time.aheadMs = 0;
        return response(token(index));
      },
      { clock },
    );
    await app.acquireTokenForClient({ scopes: [graph] });
    time.trueMs += hourMs;
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests).toHaveLength(2);
  });

  test("back leaves a user's refresh token in place, and an ID token's claims for its lifetime", async () => {
    const { time, clock, answer: response } = crookedTime({ aheadMs: 5 * hourMs });
    const { app, service } = makeTool(
      (_, index) => response(idTokenResponse({}, index, { refresh_token_expires_in: 86_400 })),
      {
        clock,
      },
    );
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: ["User.Read"] });
    if (account === undefined) {
      throw new Error("nobody signed in");
    }
    time.aheadMs = 0;
    time.trueMs += 2 * hourMs;
    await app.acquireTokenSilent({ scopes: ["User.Read"], account });
    expect(service.requests.map(({ form }) => form.get("refresh_token"))).toEqual(["r", "refresh-0"]);
  });

  test("wrong leaves an ID token without access token usable for its lifetime", async () => {
    const { time, clock, answer: response } = crookedTime({ aheadMs: -2 * hourMs });
    const exp = (testStart + hourMs) / 1_000;
    const { app } = makeTool(() => response(idTokenResponse({ exp }, 1, { access_token: undefined })), { clock });
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: ["openid"] });
    if (account === undefined) {
      throw new Error("nobody signed in");
    }
    const ask = async () => (await app.acquireTokenSilent({ scopes: ["openid"], account })).source;
    time.trueMs += hourMs / 2;
    expect(await ask()).toBe("cache");
    time.trueMs += hourMs / 2;
    expect(await ask()).toBe("network");
  });

  test("wrong does not extend a delay that the service requests by a date", async () => {
    const { time, clock } = crookedTime({ aheadMs: -5 * hourMs });
    const { app } = makeDaemon(
      () => ({
        ...aadstsError(50196, "Loop.", {}, 429),
        headers: { ...dated(time.trueMs - testStart), "retry-after": new Date(time.trueMs + 60_000).toUTCString() },
      }),
      { clock },
    );
    expect(await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }))).toMatchObject({ retryAfterMs: 60_000 });
  });

  test("back does not lock callers out for longer than a server can request", async () => {
    const { time, clock } = crookedTime({ aheadMs: 5 * hourMs });
    const { app, service } = makeDaemon(() => ({ status: 429, headers: { "retry-after": "60" } }), { clock });
    await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    time.aheadMs = 0;
    time.trueMs += 61_000;
    await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(service.requests).toHaveLength(2);
  });

  test("back and forth between responses never makes a token outlive its true expiry", async () => {
    const toleranceMs = 60_000;
    const lifeMs = 3_599_000;
    const moves = fc.array(
      fc.record({
        passMs: fc.integer({ min: 0, max: 2 * hourMs }),
        setMs: fc.option(fc.integer({ min: -6 * hourMs, max: 6 * hourMs }), { nil: undefined }),
        scope: fc.constantFrom("api://one/.default", "api://two/.default"),
      }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(moves, async (all) => {
        const { time, clock, answer: response } = crookedTime();
        const ends = new Map<string, number>();
        const service = scriptedService((_, index) => {
          ends.set(`token-${index}`, time.trueMs + lifeMs);
          return response(token(index));
        });
        const app = new ConfidentialClientApplication({
          clientId,
          authority: entra,
          clientCredential: clientSecret(secret),
          fetch: service.fetch,
          clock,
        });
        const ask = (scope: string) => app.acquireTokenForClient({ scopes: [scope] });
        for (const { passMs, setMs, scope } of all) {
          time.trueMs += passMs;
          if (setMs !== undefined) {
            time.aheadMs = setMs;
            // Any response contains the new time.
            await app.acquireTokenForClient({ scopes: ["api://time/.default"], forceRefresh: true });
          }
          const { accessToken, source, expiresOn } = await ask(scope);
          const endMs = ends.get(accessToken) ?? 0;
          expect(endMs).toBeGreaterThan(time.trueMs - toleranceMs);
          // By our own clock.
          expect(Math.abs(expiresOn.getTime() - time.aheadMs - endMs)).toBeLessThan(toleranceMs);
          if (source === "network") {
            continue;
          }
          expect((await ask(scope)).source).toBe("cache");
        }
        // Nothing is lost to the clock alone: a token that is valid by true time is returned.
        const { accessToken } = await ask("api://one/.default");
        time.aheadMs = 7 * hourMs;
        await app.acquireTokenForClient({ scopes: ["api://time/.default"], forceRefresh: true });
        const again = (await ask("api://one/.default")).accessToken;
        // Within the tolerance of its end it may count as expired.
        if ((ends.get(accessToken) ?? 0) > time.trueMs + toleranceMs) {
          expect(again).toBe(accessToken);
        }
      }),
    );
  });

  test("back and forth unnoticed extends a token's use by no more than the clock tolerance", async () => {
    const moves = fc.array(
      fc.record({
        passMs: fc.integer({ min: 0, max: 20 * 60_000 }),
        backMs: fc.oneof(fc.constant(0), fc.integer({ min: 26 * 60_000, max: 6 * hourMs })),
      }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(moves, async (all) => {
        const { time, clock, answer: response } = crookedTime();
        const ends = new Map<string, number>();
        const { app } = makeDaemon(
          (_, index) => {
            ends.set(`token-${index}`, time.trueMs + 3_599_000);
            return response(token(index));
          },
          { clock },
        );
        for (const { passMs, backMs } of all) {
          time.trueMs += passMs;
          time.aheadMs -= backMs;
          const { accessToken } = await app.acquireTokenForClient({ scopes: [graph] });
          expect(ends.get(accessToken) ?? 0).toBeGreaterThan(time.trueMs);
        }
      }),
    );
  });
});

describe("a blob from a machine whose clock was ahead", () => {
  const entryCachedAt = (after: number) =>
    withAppToken(appTokenEntry({ cached_at: seconds(after), expires_on: seconds(after + 3_600) }), { instead: true });

  test("contains no usable token cached more than five minutes later than now", async () => {
    for (const [after, count] of [
      [300, 1],
      [301, 0],
      [5 * 3_600, 0],
    ] as const) {
      const { app } = daemonWith(entryCachedAt(after));
      expect(app.tokenCache.statistics.appTokens).toBe(count);
      expect(entriesOf(app.tokenCache.serialize(), "AccessToken")).toHaveLength(count);
    }
  });

  test("is judged by the service's time, when that is known", async () => {
    const { app } = makeDaemon(() => ({ ...token(1), headers: dated(5 * hourMs) }));
    await app.acquireTokenForClient({ scopes: [graph] });
    app.tokenCache.deserialize(entryCachedAt(5 * 3_600));
    expect(app.tokenCache.statistics.appTokens).toBe(1);
    expect((await app.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe("other-token");
    const [entry] = entriesOf(app.tokenCache.serialize(), "AccessToken");
    expect(entry).toMatchObject({ expires_on: seconds(6 * 3_600) });
  });

  test("keeps another application's entries unchanged", () => {
    const text = withAppToken(
      appTokenEntry({ client_id: "other", cached_at: seconds(3_600), expires_on: seconds(7_200) }),
    );
    expect(entryOf(daemonWith(text).app.tokenCache.serialize(), "AccessToken", "other-token")).toBeDefined();
  });

  test("is written in the service's time", async () => {
    const { app } = makeDaemon(() => ({ ...token(1), headers: dated(5 * hourMs) }));
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(entriesOf(app.tokenCache.serialize(), "AccessToken")).toMatchObject([
      { cached_at: seconds(5 * 3_600), expires_on: seconds(5 * 3_600 + 3_599) },
    ]);
  });
});
