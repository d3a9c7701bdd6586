import { type Account, clientSecret } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manualClock.ts";
import { aadstsError, type ScriptedResponse, silence, token } from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

const scopes = [graph];
const minuteMs = 60_000;
const broken = (): Promise<never> => Promise.reject(new TypeError("fetch failed"));

/** A daemon with a token that is `ageMs` old; `answer` returns the next response. */
async function withToken(
  ageMs: number,
  response: () => ScriptedResponse | Promise<ScriptedResponse>,
  { first = {}, ...options }: { readonly first?: object } & Parameters<typeof makeDaemon>[1] = {},
) {
  const daemon = makeDaemon((_, index) => (index === 0 ? token(1, first) : response()), options);
  await daemon.app.acquireTokenForClient({ scopes });
  daemon.clock.advance(ageMs);
  return { ...daemon, acquire: (more: object = {}) => daemon.app.acquireTokenForClient({ scopes, ...more }) };
}

const lastMinutes = 56 * minuteMs;

describe("a token in its last five minutes", () => {
  test("is replaced for the next caller", async () => {
    const { acquire } = await withToken(lastMinutes, () => token(2));
    expect(await acquire()).toMatchObject({ accessToken: "token-2", source: "network" });
  });

  test.each<[string, () => ScriptedResponse | Promise<ScriptedResponse>]>([
    ["503", () => ({ status: 503 })],
    ["500", () => aadstsError(90033, "x", {}, 500)],
    ["429", () => ({ status: 429 })],
    ["429 with Retry-After", () => ({ status: 429, headers: { "retry-after": "60" } })],
    ["408", () => ({ status: 408 })],
    ["a dead network", broken],
    ["a portal's page", () => ({ body: "<h1>Welcome</h1>" })],
  ])("is returned during an outage: %s", async (_, response) => {
    const { acquire, logged } = await withToken(lastMinutes, response);
    for (const correlationId of [undefined, "mine"]) {
      const result = await acquire({ correlationId });
      expect(result).toMatchObject({ accessToken: "token-1", source: "cache", timing: undefined });
      expect(result.extendedLifetime).toBeUndefined();
      if (correlationId) {
        expect(result.correlationId).toBe(correlationId);
      }
    }
    expect(logged).toContainEqual(
      expect.objectContaining({ message: "no new token could be acquired; the cached one is used until it expires" }),
    );
  });

  test("is returned when the caller's timeout passes", async () => {
    const { acquire, clock } = await withToken(lastMinutes, silence);
    const result = acquire({ timeoutMs: 2_000 });
    await clock.sleeping(2_000);
    clock.advance(2_000);
    expect(await result).toMatchObject({ accessToken: "token-1" });
  });

  test("is returned when the credential's source is down", async () => {
    let calls = 0;
    const { acquire, logged } = await withToken(lastMinutes, () => token(2), {
      clientCredential: clientSecret(async () => {
        if (calls++ > 0) {
          throw new Error("the vault is sealed");
        }
        return "secret";
      }),
    });
    for (const given of [undefined, "mine"]) {
      const { accessToken, correlationId } = await acquire({ correlationId: given });
      expect(accessToken).toBe("token-1");
      const message = "no new token could be acquired; the cached one is used until it expires";
      expect(logged.at(-1)).toEqual({ message, correlationId, reason: "Error" });
    }
    expect(JSON.stringify(logged)).not.toContain("vault");
  });

  test("is returned although the application wants an extended lifetime that the service did not grant", async () => {
    const { acquire } = await withToken(lastMinutes, broken, {
      first: { ext_expires_in: undefined },
      extendedTokenLifetime: true,
    });
    expect(await acquire()).toMatchObject({ accessToken: "token-1" });
  });

  test("is not returned after a refusal by the service", async () => {
    const { acquire } = await withToken(lastMinutes, () => aadstsError(7000112, "Disabled.", {}, 400));
    expect(await authErrorOf(acquire())).toMatchObject({ code: "application_disabled" });
  });

  test.each([{ forceRefresh: true }, { claims: '{"access_token":{}}' }])(
    "is not returned to a call that wants another: %j",
    async (more) => {
      const { acquire } = await withToken(lastMinutes, () => ({ status: 503 }));
      expect(await authErrorOf(acquire(more))).toMatchObject({ code: "temporarily_unavailable" });
    },
  );

  test("is not returned to a caller who has left", async () => {
    const { acquire, service } = await withToken(lastMinutes, silence);
    const leaving = new AbortController();
    const aborted = failureOf(acquire({ signal: leaving.signal }));
    await service.received(2);
    leaving.abort("gone");
    expect(await aborted).toBe("gone");
  });

  test("is returned for fewer scopes than it has", async () => {
    const tool = makeTool((_, index) =>
      index === 0 ? idTokenResponse({}, 1, { scope: "User.Read Mail.Read" }) : { status: 503 },
    );
    const all = ["User.Read", "Mail.Read"];
    const { account } = await tool.app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: all });
    tool.clock.advance(lastMinutes);
    const result = await tool.app.acquireTokenSilent({ scopes: ["mail.read"], account: account as Account });
    expect(result).toMatchObject({ accessToken: "token-1", account, source: "cache" });
  });
});

describe("an expired token", () => {
  test("is not returned: the outage is reported", async () => {
    const { acquire } = await withToken(3_599_000, () => ({ status: 503 }));
    expect(await authErrorOf(acquire())).toMatchObject({ code: "temporarily_unavailable", status: 503 });
  });

  const granted = { expires_in: 3_600, ext_expires_in: 10_800 };
  const extended = { first: granted, extendedTokenLifetime: true };

  test("is returned during an outage as long as the service granted, if the application wants that", async () => {
    const { acquire, clock, logged } = await withToken(60 * minuteMs, broken, extended);
    const expiresOn = new Date(clock.now() + 120 * minuteMs);
    expect(await acquire()).toMatchObject({
      accessToken: "token-1",
      source: "cache",
      extendedLifetime: true,
      expiresOn,
    });
    clock.advance(120 * minuteMs - 1);
    expect(await acquire()).toMatchObject({ accessToken: "token-1", extendedLifetime: true });
    clock.advance(1);
    expect(await authErrorOf(acquire())).toMatchObject({ code: "network_error" });
    expect(logged).toContainEqual(expect.objectContaining({ code: "network_error" }));
  });

  test("is replaced as soon as a new one is available", async () => {
    const { acquire } = await withToken(60 * minuteMs, () => token(2), extended);
    const result = await acquire();
    expect(result).toMatchObject({ accessToken: "token-2", source: "network" });
    expect(result.extendedLifetime).toBeUndefined();
  });

  test.each([
    ["the application does not want it", { first: granted }],
    ["the service did not grant it", { extendedTokenLifetime: true }],
    [
      "the service granted no more than its lifetime",
      { first: { ext_expires_in: 3_599 }, extendedTokenLifetime: true },
    ],
  ])("is not returned during an outage when %s", async (_, options) => {
    const { acquire } = await withToken(60 * minuteMs, broken, options);
    expect(await authErrorOf(acquire())).toMatchObject({ code: "network_error" });
  });

  test.each([
    ["while it lived", 0],
    ["once it had expired", 60 * minuteMs],
  ])("is returned during an outage after being exported %s, if the importer wants that", async (_, ageMs) => {
    const { app, clock } = await withToken(ageMs, broken, extended);
    const text = app.tokenCache.serialize();
    const importing = (options: object) => {
      const daemon = makeDaemon(() => broken(), { ...options, clock });
      daemon.app.tokenCache.deserialize(text);
      return daemon.app;
    };
    const asking = importing({ extendedTokenLifetime: true });
    const another = importing({});
    clock.advance(60 * minuteMs);
    expect(await asking.acquireTokenForClient({ scopes })).toMatchObject({
      accessToken: "token-1",
      extendedLifetime: true,
    });
    expect(await authErrorOf(another.acquireTokenForClient({ scopes }))).toMatchObject({ code: "network_error" });
  });

  test("is not evicted by new tokens while it may be used during an outage", async () => {
    const { app, clock } = makeDaemon(
      ({ form }, index) => (index > 0 && form.get("scope") === graph ? { status: 503 } : token(index + 1, granted)),
      { extendedTokenLifetime: true },
    );
    await app.acquireTokenForClient({ scopes });
    clock.advance(60 * minuteMs);
    for (const name of ["a", "b", "c"]) {
      await app.acquireTokenForClient({ scopes: [`api://${name}/.default`] });
    }
    expect(await app.acquireTokenForClient({ scopes })).toMatchObject({
      accessToken: "token-1",
      extendedLifetime: true,
    });
  });
});

describe("a token with a short lifetime", () => {
  const short = { first: { expires_in: 60 } };

  test("comes from the cache for four fifths of it", async () => {
    const { acquire, clock, service } = await withToken(47_999, () => token(2, { expires_in: 60 }), short);
    expect(await acquire()).toMatchObject({ accessToken: "token-1", source: "cache" });
    clock.advance(1);
    expect(await acquire()).toMatchObject({ accessToken: "token-2", source: "network" });
    expect(service.requests).toHaveLength(2);
  });

  test("is returned during an outage until its very end", async () => {
    const { acquire, clock } = await withToken(59_999, broken, short);
    expect(await acquire()).toMatchObject({ accessToken: "token-1" });
    clock.advance(1);
    expect(await authErrorOf(acquire())).toMatchObject({ code: "network_error" });
  });
});

describe("a request that a runtime killed together with the one that started it", () => {
  test("is waited for no longer than four request timeouts", async () => {
    const { now, advance } = manualClock();
    // Neither the network nor a timer ever responds.
    const { app, service } = makeDaemon((_, index) => (index === 0 ? silence() : token(2)), {
      clock: { now, sleep: silence },
    });
    void app.acquireTokenForClient({ scopes });
    await service.received(1);
    advance(120_000);
    void app.acquireTokenForClient({ scopes });
    await new Promise((resolve) => setImmediate(resolve));
    expect(service.requests).toHaveLength(1);
    advance(1);
    expect(await app.acquireTokenForClient({ scopes })).toMatchObject({ accessToken: "token-2" });
    expect(service.requests).toHaveLength(2);
  });
});
