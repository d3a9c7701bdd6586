import type { Account } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { type ClientContext, createClientContext } from "../../src/clientContext.ts";
import { acquireTokenForClient } from "../../src/flows/clientCredentials.ts";
import { clientId, entra, graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manualClock.ts";
import { randomOf } from "../support/randomOf.ts";
import {
  aadstsError,
  type Responder,
  type ScriptedResponse,
  scriptedService,
  silence,
  token,
} from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = [graph];
const minuteMs = 60_000;
const ageing = { refresh_in: 1800 };
const broken = (): Promise<never> => Promise.reject(new TypeError("fetch failed"));

/** A daemon whose first token is due for a refresh; `answer` returns the other responses. */
async function withAgeingToken(response: Responder, options: Parameters<typeof makeDaemon>[1] = {}) {
  const daemon = makeDaemon((request, index) => (index === 0 ? token(1, ageing) : response(request, index)), {
    random: randomOf(0),
    ...options,
  });
  await daemon.app.acquireTokenForClient({ scopes });
  daemon.clock.advance(30 * minuteMs);
  return { ...daemon, acquire: () => daemon.app.acquireTokenForClient({ scopes }) };
}

/** Lets pending microtasks finish. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a token whose refresh is due", () => {
  test("is returned at once to all callers, with one background request", async () => {
    const later = withResolvers<ScriptedResponse>();
    const { acquire, service } = await withAgeingToken(() => later.promise);
    const results = await Promise.all(Array.from({ length: 50 }, acquire));
    expect(new Set(results.map(({ accessToken, source }) => `${accessToken} ${source}`))).toEqual(
      new Set(["token-1 cache"]),
    );
    await settled();
    expect(service.requests).toHaveLength(2);
    later.resolve(token(2));
    await settled();
    expect(await acquire()).toMatchObject({ accessToken: "token-2", source: "cache" });
    expect(service.requests).toHaveLength(2);
  });

  test.each<[string, Responder]>([
    ["a dead network", broken],
    ["503", () => ({ status: 503 })],
    ["429 with Retry-After", () => ({ status: 429, headers: { "retry-after": "60" } })],
    ["a refusal", () => aadstsError(7000222)],
    ["silence", silence],
  ])("is returned as often as requested before %s", async (_, response) => {
    const { acquire, clock } = await withAgeingToken(response);
    for (let minute = 30; minute < 54; minute += 2) {
      expect(await acquire()).toMatchObject({ accessToken: "token-1", source: "cache" });
      await settled();
      clock.advance(2 * minuteMs);
    }
  });

  test("is not due before the service's advice", async () => {
    const { app, clock, service } = makeDaemon(() => token(1, ageing), { random: randomOf(0) });
    await app.acquireTokenForClient({ scopes });
    clock.advance(30 * minuteMs - 1);
    await app.acquireTokenForClient({ scopes });
    await settled();
    expect(service.requests).toHaveLength(1);
  });

  test.each([
    ["of two hours is due at half of its lifetime", 7_200, 3_600],
    ["of a day is due at half of its lifetime", 86_400, 43_200],
    ["of less than two hours is due at its end, less five minutes", 7_199, 6_899],
  ])("without the service's advice %s", async (_, expiresIn, dueSeconds) => {
    const { app, clock, service } = makeDaemon((_request, index) => token(index + 1, { expires_in: expiresIn }), {
      random: randomOf(0),
    });
    await app.acquireTokenForClient({ scopes });
    clock.advance(dueSeconds * 1_000 - 1);
    expect(await app.acquireTokenForClient({ scopes })).toMatchObject({ refreshOn: undefined });
    await settled();
    expect(service.requests).toHaveLength(1);
    clock.advance(1);
    await app.acquireTokenForClient({ scopes });
    await settled();
    expect(service.requests).toHaveLength(2);
  });

  test("is due at a random time after the service's advice, drawn once", async () => {
    const { app, clock, service } = makeDaemon(
      (_, index) => token(index + 1, { expires_in: 43_200, refresh_in: 21_600 }),
      {
        random: randomOf(0.5),
      },
    );
    const { refreshOn } = await app.acquireTokenForClient({ scopes });
    expect(refreshOn).toEqual(new Date(clock.now() + 21_600_000));
    clock.advance(21_600_000 + 150_000 - 1);
    for (let hit = 0; hit < 100; hit++) {
      await app.acquireTokenForClient({ scopes });
    }
    await settled();
    expect(service.requests).toHaveLength(1);
    clock.advance(1);
    await app.acquireTokenForClient({ scopes });
    await settled();
    expect(service.requests).toHaveLength(2);
  });

  test("is due at a different time from tokens that arrived at the same time", async () => {
    const { app, clock, service } = makeDaemon((_, index) =>
      token(index + 1, { expires_in: 43_200, refresh_in: 21_600 }),
    );
    const all = Array.from({ length: 10 }, (_, index) => [`api://${index}/.default`]);
    const requestAll = () => Promise.all(all.map((scope) => app.acquireTokenForClient({ scopes: scope })));
    await requestAll();
    clock.advance(21_600_000 + 150_000);
    await requestAll();
    await settled();
    expect(service.requests.length - 10).toBeGreaterThanOrEqual(4);
    expect(service.requests.length - 10).toBeLessThanOrEqual(6);
  });

  test("does not keep another resource's token from being refreshed", async () => {
    const { app, clock, service } = makeDaemon((_, index) => (index < 2 ? token(index, ageing) : silence()), {
      random: randomOf(0),
    });
    const both = [scopes, ["api://other/.default"]];
    for (const each of both) {
      await app.acquireTokenForClient({ scopes: each });
    }
    clock.advance(35 * minuteMs);
    for (const each of both) {
      await app.acquireTokenForClient({ scopes: each });
    }
    await settled();
    expect(service.requests).toHaveLength(4);
  });

  test("is found by the older two-step pattern, and refreshed as well", async () => {
    const { app, service } = await withAgeingToken(() => token(2));
    const silent = () => app.acquireTokenSilent({ scopes, account: null });
    expect(await silent()).toMatchObject({ accessToken: "token-1" });
    await settled();
    expect(await silent()).toMatchObject({ accessToken: "token-2" });
    expect(service.requests).toHaveLength(2);
  });
});

describe("a background refresh", () => {
  test("is joined by a caller who wants a new token", async () => {
    const later = withResolvers<ScriptedResponse>();
    const { app, acquire, service } = await withAgeingToken(() => later.promise);
    await acquire();
    const forced = app.acquireTokenForClient({ scopes, forceRefresh: true });
    later.resolve(token(2));
    expect(await forced).toMatchObject({ accessToken: "token-2", source: "network" });
    expect(service.requests).toHaveLength(2);
  });

  test("continues when such a caller has left", async () => {
    const later = withResolvers<ScriptedResponse>();
    const { app, acquire } = await withAgeingToken(() => later.promise);
    await acquire();
    const leaving = new AbortController();
    const aborted = failureOf(app.acquireTokenForClient({ scopes, forceRefresh: true, signal: leaving.signal }));
    leaving.abort("gone");
    expect(await aborted).toBe("gone");
    later.resolve(token(2));
    await settled();
    expect(await acquire()).toMatchObject({ accessToken: "token-2" });
  });

  test("sends the call's parameters, under its own correlation id, without the call's signal and timeout", async () => {
    const later = withResolvers<ScriptedResponse>();
    const { app, acquire, service, clock } = await withAgeingToken(() => later.promise);
    const leaving = new AbortController();
    await app.acquireTokenForClient({
      scopes,
      extraHeaders: { "x-caller": "1" },
      correlationId: "mine",
      signal: leaving.signal,
      timeoutMs: 1_000,
    });
    await settled();
    leaving.abort();
    clock.advance(2_000);
    const [, refresh] = service.requests;
    expect(refresh?.headers["x-caller"]).toBe("1");
    expect(refresh?.headers["client-request-id"]).not.toBe("mine");
    later.resolve(token(2));
    await settled();
    expect(await acquire()).toMatchObject({ accessToken: "token-2" });
  });

  test("is logged when it fails, and retried after a tenth of the remaining lifetime", async () => {
    const { acquire, service, clock, logged } = await withAgeingToken((_, index) =>
      index < 3 ? aadstsError(90033, "Busy.", {}, 503) : token(index + 1),
    );
    await acquire();
    await settled();
    expect(logged).toContainEqual({
      message: "background token refresh failed; the cached token remains in use",
      code: "temporarily_unavailable",
      aadsts: 90033,
      correlationId: "c0c0c0c0-0000-4000-8000-000000000001",
      reason: expect.stringContaining("Busy."),
    });
    clock.advance(179_899);
    await acquire();
    await settled();
    expect(service.requests).toHaveLength(2);
    clock.advance(1);
    await acquire();
    await settled();
    expect(service.requests).toHaveLength(3);
    clock.advance(5 * minuteMs);
    await acquire();
    await settled();
    expect(await acquire()).toMatchObject({ accessToken: "token-4" });
  });

  test.each([
    ["half a minute, if that is more", { expires_in: 300, refresh_in: 100 }, 100_000, 30_000],
    ["five minutes, if that is less", { expires_in: 86_400, refresh_in: 43_200 }, 43_200_000, 300_000],
  ])("is retried after %s", async (_, first, dueMs, pauseMs) => {
    const { app, service, clock } = makeDaemon((_request, index) => (index === 0 ? token(1, first) : { status: 503 }), {
      random: randomOf(0),
    });
    await app.acquireTokenForClient({ scopes });
    for (const [waitMs, count] of [
      [dueMs, 2],
      [pauseMs - 1, 2],
      [1, 3],
    ] as const) {
      clock.advance(waitMs);
      await app.acquireTokenForClient({ scopes });
      await settled();
      expect(service.requests).toHaveLength(count);
    }
  });

  test("postpones nothing when it failed shortly before the last five minutes: then callers wait for a new token", async () => {
    const { acquire, clock } = await withAgeingToken((_, index) => (index === 1 ? { status: 503 } : token(index + 1)));
    clock.advance(3_599_000 - 30 * minuteMs - 5 * minuteMs - 10_000);
    await acquire();
    await settled();
    clock.advance(9_999);
    expect(await acquire()).toMatchObject({ accessToken: "token-1" });
    clock.advance(1);
    expect(await acquire()).toMatchObject({ accessToken: "token-3", source: "network" });
  });

  test("is not retried before the service's Retry-After", async () => {
    const { acquire, service, clock } = await withAgeingToken(() => ({
      status: 503,
      headers: { "retry-after": "600" },
    }));
    for (const [waitMs, count] of [
      [0, 2],
      [600_000 - 1, 2],
      [1, 3],
    ] as const) {
      clock.advance(waitMs);
      await acquire();
      await settled();
      expect(service.requests).toHaveLength(count);
    }
  });

  test("logs nothing that a credential's source reported", async () => {
    let calls = 0;
    const { acquire, logged } = await withAgeingToken(() => token(2), {
      clientCredential: async () => {
        if (calls++ > 0) {
          throw new RangeError("password hunter2 is wrong");
        }
        return { parameters: {} };
      },
    });
    const { correlationId } = await acquire();
    await settled();
    expect(logged).toContainEqual(expect.objectContaining({ reason: "RangeError", correlationId }));
    expect(JSON.stringify(logged)).not.toContain("hunter2");
  });

  test("is passed to waitUntil, and never rejects there", async () => {
    const works: Promise<unknown>[] = [];
    const { acquire } = await withAgeingToken(broken, { waitUntil: (work) => works.push(work) });
    await acquire();
    expect(works).toHaveLength(1);
    await works[0];
  });

  test("continues, like the call, when waitUntil throws", async () => {
    const { acquire, logged } = await withAgeingToken(() => token(2), {
      waitUntil: () => {
        throw new Error("too late");
      },
    });
    const { accessToken, correlationId } = await acquire();
    expect(accessToken).toBe("token-1");
    await settled();
    expect(await acquire()).toMatchObject({ accessToken: "token-2" });
    const message = "waitUntil did not accept the background refresh";
    expect(logged).toContainEqual({ message, correlationId, reason: "Error" });
  });
});

describe("a user's token whose refresh is due", () => {
  async function signedIn(second: ScriptedResponse, first: object = {}) {
    const warnings: string[] = [];
    const logger = { ...console, debug() {}, info() {}, warn: (_: object, message: string) => warnings.push(message) };
    const tool = makeTool((_, index) => (index === 0 ? idTokenResponse({}, 1, { ...ageing, ...first }) : second), {
      random: randomOf(0),
      logger,
    });
    const signIn = { username: "grace@contoso.example", password: "password", scopes: ["User.Read"] };
    const { account } = await tool.app.acquireTokenByUsernamePassword(signIn);
    tool.clock.advance(30 * minuteMs);
    const silent = () => tool.app.acquireTokenSilent({ scopes: ["User.Read"], account: account as Account });
    return { ...tool, silent, warnings };
  }

  test("is returned at once, and refreshed afterwards", async () => {
    const { silent, service } = await signedIn(idTokenResponse({}, 2));
    expect(await silent()).toMatchObject({ accessToken: "token-1", source: "cache" });
    await settled();
    expect(await silent()).toMatchObject({ accessToken: "token-2", source: "cache" });
    expect(service.requests[1]?.form.get("refresh_token")).toBe("refresh-1");
  });

  test("is returned although the refresh token is dead; after its expiry the user has to sign in", async () => {
    const { silent, clock } = await signedIn(aadstsError(700082, "x", { error: "invalid_grant" }, 400));
    await silent();
    await settled();
    expect(await silent()).toMatchObject({ accessToken: "token-1" });
    clock.advance(30 * minuteMs);
    expect(await authErrorOf(silent())).toMatchObject({ code: "sign_in_required" });
  });

  test("is not refreshed without a refresh token", async () => {
    const { silent, service, clock, warnings } = await signedIn(idTokenResponse({}, 2), { refresh_token: undefined });
    for (let minute = 0; minute < 20; minute++) {
      expect(await silent()).toMatchObject({ accessToken: "token-1" });
      await settled();
      clock.advance(minuteMs);
    }
    expect([service.requests.length, warnings]).toEqual([1, []]);
  });
});

describe("the cache statistics", () => {
  function context(response: Responder): { client: ClientContext; clock: ReturnType<typeof manualClock> } {
    const clock = manualClock();
    const { fetch } = scriptedService(response);
    const options = { clientId, authority: entra, fetch, clock, maxRetries: 0, random: randomOf(0) };
    return { client: createClientContext(options, async () => ({ parameters: {} })), clock };
  }

  test("count hits, misses, and refreshes started and failed, but not calls that skip the cache", async () => {
    const { client, clock } = context((_, index) => (index === 2 ? { status: 503 } : token(index, ageing)));
    const acquire = (more: object = {}) => acquireTokenForClient(client, { scopes, ...more });
    await acquire();
    await acquire({ forceRefresh: true });
    await acquire();
    await settled();
    expect(client.counters).toEqual({ hits: 1, misses: 1, refreshesStarted: 0, refreshesFailed: 0, pluginFailures: 0 });
    clock.advance(35 * minuteMs);
    await acquire();
    await settled();
    await acquire();
    expect(client.counters).toEqual({ hits: 3, misses: 1, refreshesStarted: 1, refreshesFailed: 1, pluginFailures: 0 });
  });
});
