import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { aadstsError, type ScriptedResponse, silence, token } from "../support/scriptedService.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = [graph];

describe("concurrent callers for one token", () => {
  test("send one request, a thousand of them", async () => {
    const { app, service } = makeDaemon();
    const results = await Promise.all(Array.from({ length: 1_000 }, () => app.acquireTokenForClient({ scopes })));
    expect(service.requests).toHaveLength(1);
    expect(new Set(results).size).toBe(1_000);
    expect(new Set(results.map(({ accessToken }) => accessToken))).toEqual(new Set(["token-1"]));
  });

  test("all report the id on the wire: the first caller's", async () => {
    const { app, service } = makeDaemon();
    const results = await Promise.all(
      ["first", "second", undefined].map((correlationId) => app.acquireTokenForClient({ scopes, correlationId })),
    );
    expect(results.map(({ correlationId }) => correlationId)).toEqual(["first", "first", "first"]);
    expect(service.requests[0]?.headers["client-request-id"]).toBe("first");
  });

  test("share the failure, which is then not cached", async () => {
    const { app, service } = makeDaemon((_, index) => (index === 0 ? aadstsError(90033, "Busy.", {}, 503) : token(2)));
    const failures = await Promise.all([1, 2, 3].map(() => authErrorOf(app.acquireTokenForClient({ scopes }))));
    expect(failures.map(({ code }) => code)).toEqual(Array(3).fill("temporarily_unavailable"));
    expect(service.requests).toHaveLength(1);
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-2" });
  });

  test("share a request only if scopes, tenant, claims and extra body parameters are equal", async () => {
    const { app, service } = makeDaemon();
    await Promise.all([
      app.acquireTokenForClient({ scopes }),
      app.acquireTokenForClient({ scopes: [graph.toUpperCase()], forceRefresh: true }),
      app.acquireTokenForClient({ scopes, extraQueryParameters: { q: "1" }, extraHeaders: { h: "1" } }),
      app.acquireTokenForClient({ scopes, claims: '{"a":1}' }),
      app.acquireTokenForClient({ scopes, claims: '{"a":1}', forceRefresh: true }),
      app.acquireTokenForClient({ scopes, claims: '{"a":2}' }),
      app.acquireTokenForClient({ scopes, tenantId: "contoso.test" }),
      app.acquireTokenForClient({ scopes, extraBodyParameters: { a: "1" } }),
      app.acquireTokenForClient({ scopes: ["api://other/.default"] }),
    ]);
    expect(service.requests).toHaveLength(6);
  });

  test("each get their own tenant's token, in whatever order the responses arrive", async () => {
    const names = Array.from({ length: 8 }, (_, index) => `tenant${index}.test`);
    const orders = fc.shuffledSubarray(names, { minLength: names.length });
    await fc.assert(
      fc.asyncProperty(orders, orders, async (requested, answered) => {
        const gates = new Map(names.map((name) => [name, withResolvers<void>()]));
        const { app, service } = makeDaemon(async ({ url }) => {
          const [, name = ""] = url.pathname.split("/");
          await gates.get(name)?.promise;
          return token(1, { access_token: `for ${name}` });
        });
        const ask = async (tenantId: string) => (await app.acquireTokenForClient({ scopes, tenantId })).accessToken;
        const work = Promise.all([...requested, ...requested].map(ask));
        await service.received(names.length);
        for (const name of answered) {
          gates.get(name)?.resolve();
        }
        const expected = requested.map((name) => `for ${name}`);
        expect(await work).toEqual([...expected, ...expected]);
        expect(await Promise.all(requested.map(ask))).toEqual(expected);
        expect(service.requests).toHaveLength(names.length);
      }),
      { numRuns: 30 },
    );
  });

  test("share the request of forceRefresh as well", async () => {
    const { app, service } = makeDaemon();
    await app.acquireTokenForClient({ scopes });
    await Promise.all([1, 2, 3].map(() => app.acquireTokenForClient({ scopes, forceRefresh: true })));
    expect(service.requests).toHaveLength(2);
  });
});

describe("a caller who leaves", () => {
  test("leaves alone by its signal, with the signal's own reason", async () => {
    const later = withResolvers<ScriptedResponse>();
    const { app, service } = makeDaemon(() => later.promise);
    const leaving = new AbortController();
    const reason = { why: "shutting down" };
    const gone = app.acquireTokenForClient({ scopes, signal: leaving.signal });
    const staying = app.acquireTokenForClient({ scopes, signal: new AbortController().signal });
    await service.received(1);
    leaving.abort(reason);
    expect(await failureOf(gone)).toBe(reason);
    expect(service.requests[0]?.signal.aborted).toBe(false);
    later.resolve(token(1));
    await expect(staying).resolves.toMatchObject({ accessToken: "token-1" });
  });

  test("leaves alone by its timeoutMs, and the token is there for the next", async () => {
    const later = withResolvers<ScriptedResponse>();
    const { app, service, clock } = makeDaemon(() => later.promise);
    const impatient = app.acquireTokenForClient({ scopes, timeoutMs: 250, correlationId: "c1" });
    const staying = app.acquireTokenForClient({ scopes });
    await service.received(1);
    clock.advance(250);
    const error = await authErrorOf(impatient);
    expect(error).toMatchObject({ name: "NetworkError", code: "timeout", retryable: true, correlationId: "c1" });
    expect(error.message).toContain("250 ms");
    later.resolve(token(1));
    await staying;
    expect((await app.acquireTokenForClient({ scopes, timeoutMs: 1 })).source).toBe("cache");
  });

  test("ends the request if it is the last one", async () => {
    const { app, service } = makeDaemon((_, index) => (index === 0 ? silence() : token(2)));
    const leaving = [new AbortController(), new AbortController()];
    const calls = leaving.map(({ signal }) => app.acquireTokenForClient({ scopes, signal }));
    await service.received(1);
    leaving[0]?.abort("one");
    expect(await failureOf(calls[0] ?? Promise.resolve())).toBe("one");
    expect(service.requests[0]?.signal.aborted).toBe(false);
    leaving[1]?.abort("two");
    expect(await failureOf(calls[1] ?? Promise.resolve())).toBe("two");
    expect(service.requests[0]?.signal.aborted).toBe(true);
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-2" });
  });

  test("leaves nothing on a signal that never fires", async () => {
    const { app } = makeDaemon((_, index) => (index === 1 ? aadstsError(70011, "x", {}, 400) : token(1)));
    const { signal } = new AbortController();
    for (let call = 0; call < 3; call++) {
      await app.acquireTokenForClient({ scopes, signal, timeoutMs: 9_000, forceRefresh: true }).catch(() => {});
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("sends nothing if it left before", async () => {
    const { app, service } = makeDaemon();
    expect(await failureOf(app.acquireTokenForClient({ scopes, signal: AbortSignal.abort("no") }))).toBe("no");
    expect(service.requests).toHaveLength(0);
  });
});

describe("a request", () => {
  test("is abandoned at its own timeout", async () => {
    const { app, service, clock } = makeDaemon((_, index) => (index === 0 ? silence() : token(2)), {
      requestTimeoutMs: 5_000,
    });
    const stuck = app.acquireTokenForClient({ scopes, correlationId: "c1" });
    await service.received(1);
    clock.advance(5_000);
    expect(await authErrorOf(stuck)).toMatchObject({
      name: "NetworkError",
      code: "timeout",
      message: "login.microsoftonline.com did not respond within 5000 ms.",
      correlationId: "c1",
    });
    expect(service.requests[0]?.signal.aborted).toBe(true);
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-2" });
  });

  test("is abandoned at its timeout although the injected fetch ignores its signal", async () => {
    const called = withResolvers<void>();
    const { app, clock } = makeDaemon(undefined, {
      fetch: () => {
        called.resolve();
        return silence();
      },
    });
    const stuck = app.acquireTokenForClient({ scopes });
    await called.promise;
    clock.advance(30_000);
    expect(await authErrorOf(stuck)).toMatchObject({ code: "timeout" });
  });

  test("is abandoned when its body does not end", async () => {
    const reading = withResolvers<void>();
    const text = (): Promise<never> => {
      reading.resolve();
      return silence();
    };
    const { app, clock } = makeDaemon(undefined, {
      fetch: async () => ({ status: 200, headers: new Headers(), text }),
    });
    const stuck = app.acquireTokenForClient({ scopes });
    await reading.promise;
    clock.advance(30_000);
    expect(await authErrorOf(stuck)).toMatchObject({ code: "timeout" });
  });

  test("leaves no timer behind after its response", async () => {
    const { app, clock } = makeDaemon();
    await app.acquireTokenForClient({ scopes, timeoutMs: 1_000, signal: new AbortController().signal });
    expect(clock.pendingSleeps).toBe(0);
  });
});
