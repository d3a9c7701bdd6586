import { clientAssertion, clientCertificate } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../../support/daemon.ts";
import { authErrorOf, failureOf } from "../../support/failure.ts";
import { rsaCertificate } from "../../support/keys.ts";
import { randomOf } from "../../support/randomOf.ts";
import { aadstsError, type Responder, type ScriptedResponse, silence, token } from "../../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../../support/tool.ts";

const scopes = [graph];
const busy: ScriptedResponse = { status: 503, body: "<h1>Busy</h1>" };

/** A network failure, as Node's `fetch` reports it. */
function broken(code: string): Promise<never> {
  return Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) }));
}

/** Responds by the steps, then with tokens. */
function inTurn(...steps: readonly (() => ScriptedResponse | Promise<ScriptedResponse>)[]): Responder {
  return (_, index) => steps[index]?.() ?? token(index + 1);
}

const patient = { maxRetries: undefined, random: randomOf(0) };
const generic = "https://id.example.test";
const metadata: ScriptedResponse = {
  body: { issuer: generic, token_endpoint: `${generic}/token`, scopes_supported: ["openid"] },
};

describe("a request with a temporary failure", () => {
  test.each<[string, () => ScriptedResponse | Promise<ScriptedResponse>]>([
    ["408", () => ({ status: 408 })],
    ["429", () => ({ status: 429 })],
    ["500", () => ({ status: 500 })],
    ["502 with a page", () => ({ status: 502, body: "<h1>Bad gateway</h1>" })],
    ["503", () => busy],
    ["504", () => ({ status: 504 })],
    ["AADSTS90033 under any status", () => aadstsError(90033, "Transient.", {}, 400)],
    ["a reset connection", () => broken("ECONNRESET")],
    ["a refused connection", () => broken("ECONNREFUSED")],
    ["an unknown host", () => broken("ENOTFOUND")],
  ])("is retried: %s", async (_, fault) => {
    const { app, service } = makeDaemon(inTurn(fault), patient);
    expect(await app.acquireTokenForClient({ scopes })).toMatchObject({
      accessToken: "token-2",
      timing: { requestCount: 2 },
    });
    expect(service.requests).toHaveLength(2);
  });

  test.each<[number | undefined, number]>([
    [undefined, 3],
    [0, 1],
    [5, 6],
  ])("reports its last failure when it is sent with maxRetries %s, %d times in all", async (maxRetries, count) => {
    const { app, service } = makeDaemon((_, index) => ({ status: 503, headers: { "x-index": String(index) } }), {
      ...patient,
      maxRetries,
    });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({
      code: "temporarily_unavailable",
      status: 503,
    });
    expect(service.requests).toHaveLength(count);
  });

  test("waits at random, longer each time", async () => {
    const { app, service, clock } = makeDaemon(() => busy, { maxRetries: 3, random: randomOf(0.5) });
    const failure = authErrorOf(app.acquireTokenForClient({ scopes }));
    for (const waitMs of [250, 500, 1_000]) {
      await clock.sleeping(waitMs);
      clock.advance(waitMs);
    }
    await failure;
    expect(service.requests).toHaveLength(4);
    expect(clock.pendingSleeps).toBe(0);
  });

  test("is retried once for all callers", async () => {
    const { app, service } = makeDaemon(
      inTurn(() => busy),
      patient,
    );
    await Promise.all(Array.from({ length: 50 }, () => app.acquireTokenForClient({ scopes })));
    expect(service.requests).toHaveLength(2);
  });

  test("has its own credential each time: the callback runs once for each request", async () => {
    let made = 0;
    const { app, service } = makeDaemon(
      inTurn(
        () => busy,
        () => broken("ECONNRESET"),
      ),
      {
        ...patient,
        clientCredential: clientAssertion(async () => `h.${++made}.s`),
      },
    );
    await app.acquireTokenForClient({ scopes });
    await app.acquireTokenForClient({ scopes });
    expect(service.requests.map(({ form }) => form.get("client_assertion"))).toEqual(["h.1.s", "h.2.s", "h.3.s"]);
    expect(made).toBe(3);
  });

  test("has a new assertion for an issuer that may refuse to see one twice", async () => {
    const { pem, certificate } = await rsaCertificate();
    const { app, service } = makeDaemon((_, index) => [metadata, busy][index] ?? token(index), {
      maxRetries: 2,
      // No delay, but still an unguessable jti.
      random: (length) => (length === 4 ? new Uint8Array(4) : crypto.getRandomValues(new Uint8Array(length))),
      oidcAuthority: generic,
      clientCredential: clientCertificate({ privateKey: pem, certificate }),
    });
    await app.acquireTokenForClient({ scopes: ["read"] });
    const [first, second] = service.requests.slice(1).map(({ form }) => form.get("client_assertion"));
    expect(second).toMatch(/^[^.]+\.[^.]+\.[^.]+$/);
    expect(second).not.toBe(first);
  });

  test("is not retried when its last caller has left meanwhile", async () => {
    const { app, service, clock } = makeDaemon(() => busy, { maxRetries: 2, random: randomOf(0.5) });
    const leaving = new AbortController();
    const failure = failureOf(app.acquireTokenForClient({ scopes, signal: leaving.signal }));
    await clock.sleeping(250);
    leaving.abort("gone");
    expect(await failure).toBe("gone");
    expect(service.requests).toHaveLength(1);
    expect(clock.pendingSleeps).toBe(0);
  });
});

describe("a request with a permanent failure", () => {
  test.each<[string, () => ScriptedResponse | Promise<ScriptedResponse>]>([
    ["a wrong secret", () => aadstsError(7000215)],
    ["400", () => aadstsError(70011, "x", {}, 400)],
    ["a loop that the service has detected", () => aadstsError(50196, "x", {}, 429)],
    ["an untrusted certificate", () => broken("UNABLE_TO_VERIFY_LEAF_SIGNATURE")],
    ["a proxy that requires a password", () => Promise.reject(new Error("The proxy http://p answered 407 for h"))],
    ["a portal's page", () => ({ body: "<h1>Welcome</h1>" })],
  ])("is sent once: %s", async (_, fault) => {
    const { app, service } = makeDaemon(fault, patient);
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(service.requests).toHaveLength(1);
  });

  test("is not sent at all when the credential's source fails, which is not retried", async () => {
    let calls = 0;
    const { app, service } = makeDaemon(undefined, {
      ...patient,
      clientCredential: async () => {
        calls++;
        throw new Error("sealed");
      },
    });
    expect(await failureOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ message: "sealed" });
    expect([calls, service.requests.length]).toEqual([1, 0]);
  });
});

describe("a service that asks to wait", () => {
  const busyService = (retryAfter: string): ScriptedResponse => ({
    status: 429,
    headers: { "retry-after": retryAfter },
  });

  test("is waited for", async () => {
    const { app, clock } = makeDaemon(
      inTurn(() => busyService("7")),
      patient,
    );
    const result = app.acquireTokenForClient({ scopes });
    await clock.sleeping(7_000);
    clock.advance(7_000);
    expect((await result).timing).toEqual({ requestCount: 2, networkMs: 7_000 });
  });

  test("for longer than ten seconds is not waited for: the caller gets the error at once", async () => {
    const { app, service } = makeDaemon(() => busyService("11"), patient);
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({
      code: "throttled",
      retryAfterMs: 11_000,
    });
    expect(service.requests).toHaveLength(1);
  });

  test("for longer than the caller does is not waited for: its error is returned, not a timeout", async () => {
    const { app, service } = makeDaemon(() => busyService("3"), patient);
    expect(await authErrorOf(app.acquireTokenForClient({ scopes, timeoutMs: 2_999 }))).toMatchObject({
      code: "throttled",
      retryAfterMs: 3_000,
    });
    expect(service.requests).toHaveLength(1);
  });

  test.each([
    ["first", [undefined, 2_000]],
    ["last", [2_000, undefined]],
  ])("is waited for while one of the callers has the time, who came %s", async (_, callerTimeoutMs) => {
    const { app, clock } = makeDaemon(
      inTurn(() => busyService("3")),
      patient,
    );
    const callers = callerTimeoutMs.map((timeoutMs) => app.acquireTokenForClient({ scopes, timeoutMs }));
    const ends = Promise.allSettled(callers);
    await clock.sleeping(3_000);
    clock.advance(3_000);
    expect(await ends).toEqual(
      callerTimeoutMs.map((timeoutMs) =>
        timeoutMs === undefined
          ? { status: "fulfilled", value: expect.objectContaining({ accessToken: "token-2" }) }
          : { status: "rejected", reason: expect.objectContaining({ code: "timeout" }) },
      ),
    );
  });
});

describe("a slow service", () => {
  test("receives no retry after the timeout of one request", async () => {
    const { app, service, clock } = makeDaemon(() => silence(), patient);
    const failure = authErrorOf(app.acquireTokenForClient({ scopes }));
    await service.received(1);
    clock.advance(30_000);
    expect(await failure).toMatchObject({ code: "timeout" });
    expect(service.requests).toHaveLength(1);
  });

  test("receives a retry only within that timeout, counted from the first request", async () => {
    const { app, service, clock } = makeDaemon(() => {
      clock.advance(20_000);
      return busy;
    }, patient);
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(service.requests).toHaveLength(2);
  });
});

describe("a request that is not safe to repeat", () => {
  const redeem = (fault: () => ScriptedResponse | Promise<ScriptedResponse>) => {
    const tool = makeTool((_, index) => (index === 0 ? fault() : idTokenResponse()), patient);
    const redirectUri = "http://localhost:3000/";
    const result = tool.app.acquireTokenByAuthorizationCode({ code: "c", redirectUri, scopes: ["User.Read"] });
    return { result, ...tool };
  };

  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"])(
    "is repeated with an authorization code if it was never sent: %s",
    async (code) => {
      const { result, service } = redeem(() => broken(code));
      await result;
      expect(service.requests).toHaveLength(2);
    },
  );

  test.each<[string, () => ScriptedResponse | Promise<ScriptedResponse>]>([
    ["ECONNRESET", () => broken("ECONNRESET")],
    ["503", () => busy],
    ["429", () => ({ status: 429 })],
  ])("is sent once with an authorization code if it may have arrived: %s", async (_, fault) => {
    const { result, service } = redeem(fault);
    await authErrorOf(result);
    expect(service.requests).toHaveLength(1);
  });

  test.each([
    ["Entra ID, where the old one stays valid, is sent again", undefined, 2],
    ["another issuer, who may have put it out of use, is sent once", generic, 1],
  ])("a refresh token of %s", async (_, oidcAuthority, count) => {
    const tool = makeTool(
      ({ url }, index) => {
        if (url.pathname.endsWith("openid-configuration")) {
          return metadata;
        }
        return tool.service.requests.filter(({ method }) => method === "POST").length === 1
          ? broken("ECONNRESET")
          : idTokenResponse({}, index);
      },
      { ...patient, oidcAuthority },
    );
    await tool.app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: ["User.Read"] }).catch(() => {});
    expect(tool.service.requests.filter(({ method }) => method === "POST")).toHaveLength(count);
  });
});

describe("metadata", () => {
  test("is retried after a temporary failure", async () => {
    const { app, service } = makeDaemon((_, index) => [busy, metadata][index] ?? token(index), {
      ...patient,
      oidcAuthority: generic,
    });
    await app.acquireTokenForClient({ scopes: ["read"] });
    expect(service.requests.map(({ method }) => method)).toEqual(["GET", "GET", "POST"]);
  });
});
