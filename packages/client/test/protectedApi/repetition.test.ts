import { type Account, type ProtectedApiOptions, PublicClientApplication, protectedApi } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, entra, graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manualClock.ts";
import { randomOf } from "../support/randomOf.ts";
import { aadstsError } from "../support/scriptedService.ts";
import { makeTool } from "../support/tool.ts";

const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
const challenge = {
  "www-authenticate": `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`,
};

/** An API that gives its responses one after the other, repeating the last one, and the requests that it received. */
function scriptedApi(responses: readonly (() => Response)[]) {
  const seen: { readonly token: string; readonly body: unknown }[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    seen.push({ token: new Headers(init?.headers).get("authorization") ?? "", body: init?.body });
    const response = responses[seen.length - 1] ?? responses.at(-1);
    return response?.() ?? new Response("{}");
  };
  return { seen, fetch };
}

const challenged = (): Response => new Response("{}", { status: 401, headers: challenge });
const busy =
  (seconds: string, status = 429) =>
  (): Response =>
    new Response("{}", { status, headers: { "retry-after": seconds } });
const fine = (): Response => Response.json({ fine: true });

function daemonApi(responses: readonly (() => Response)[], options: Partial<ProtectedApiOptions> = {}) {
  const api = scriptedApi(responses);
  const daemon = makeDaemon();
  const clock = manualClock();
  const { fetch } = api;
  const base = { baseUrl: "https://graph.microsoft.com/v1.0/", scopes: [graph] };
  return { ...api, ...daemon, clock, api: protectedApi(daemon.app, { ...base, fetch, clock, ...options }) };
}

describe("a claims challenge", () => {
  test("is answered with a new token, which is requested with the claims", async () => {
    const { api, seen, service } = daemonApi([challenged, fine]);
    expect(await api.json("users")).toEqual({ fine: true });
    expect(seen.map(({ token }) => token)).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(service.requests.map(({ form }) => form.get("claims"))).toEqual([null, claims]);
  });

  test("is answered once", async () => {
    const { api, seen } = daemonApi([challenged]);
    expect(await authErrorOf(api.json("users"))).toMatchObject({ code: "token_rejected", status: 401 });
    expect(seen).toHaveLength(2);
  });

  test("is returned by fetch when it comes again", async () => {
    const { api } = daemonApi([challenged]);
    expect((await api.fetch("users")).status).toBe(401);
  });

  test("is not found in every 401", async () => {
    const { api, seen } = daemonApi([
      () => new Response("{}", { status: 401, headers: { "www-authenticate": "Bearer" } }),
    ]);
    await authErrorOf(api.json("users"));
    expect(seen).toHaveLength(1);
  });

  test("repeats a POST with its body", async () => {
    const { api, seen } = daemonApi([challenged, fine]);
    await api.json("users", { method: "POST", body: '{"a":1}' });
    expect(seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
  });

  test("does not repeat a stream, which has been consumed", async () => {
    const { api, seen } = daemonApi([challenged, fine]);
    const body = new Blob(["x"]).stream();
    expect(await authErrorOf(api.json("users", { method: "POST", body }))).toMatchObject({ status: 401 });
    expect(seen).toHaveLength(1);
  });

  test("ends in the token service's error if only the user can answer it", async () => {
    const tool = makeTool((_, index) =>
      index === 0 ? { body: {} } : aadstsError(50076, "x", { error: "interaction_required", claims }, 400),
    );
    const { fetch } = scriptedApi([challenged]);
    const account = { homeAccountId: "a.b", environment: "login.windows.net", tenantId: "t" } as Account;
    const api = protectedApi(tool.app, { baseUrl: "https://graph.test", scopes: ["User.Read"], account, fetch });
    expect(await authErrorOf(api.json("me"))).toMatchObject({ code: "sign_in_required" });
  });
});

describe("an API that asks to wait", () => {
  test.each([[429], [503]])("with %d is called again after the requested time", async (status) => {
    const { api, seen, clock } = daemonApi([busy("7", status), fine]);
    const work = api.json("users");
    await clock.sleeping(7_000);
    expect(seen).toHaveLength(1);
    clock.advance(7_000);
    expect(await work).toEqual({ fine: true });
  });

  test("is called three more times before the error is returned", async () => {
    const { api, seen } = daemonApi([busy("0")]);
    expect(await authErrorOf(api.json("users"))).toMatchObject({ code: "throttled", retryAfterMs: 0 });
    expect(seen).toHaveLength(4);
  });

  test("is called as often as maxRetries allows", async () => {
    const { api, seen } = daemonApi([busy("0")], { maxRetries: 1 });
    await authErrorOf(api.json("users"));
    expect(seen).toHaveLength(2);
  });

  test("for more than a minute is not called again", async () => {
    const { api, seen } = daemonApi([busy("61")]);
    expect(await authErrorOf(api.json("users"))).toMatchObject({ retryAfterMs: 61_000 });
    expect(seen).toHaveLength(1);
  });

  test("is called again at its request, whatever the method", async () => {
    const { api, seen, clock } = daemonApi([busy("7"), busy("7", 503), fine]);
    const work = api.json("users", { method: "POST", body: "{}" });
    await clock.sleeping(7_000);
    clock.advance(7_000);
    await clock.sleeping(7_000);
    clock.advance(7_000);
    expect(await work).toEqual({ fine: true });
    expect(seen).toHaveLength(3);
  });

  test("in fractions of a second is understood", async () => {
    const { api, clock } = daemonApi([busy("1.5"), fine]);
    const work = api.json("users");
    await clock.sleeping(1_500);
    clock.advance(1_500);
    expect(await work).toEqual({ fine: true });
  });

  test("does not delay a caller who has left", async () => {
    const { api, seen, clock } = daemonApi([busy("7")]);
    const controller = new AbortController();
    const work = failureOf(api.json("users", { signal: controller.signal }));
    await clock.sleeping(7_000);
    controller.abort(new Error("left"));
    expect(await work).toMatchObject({ message: "left" });
    expect([seen.length, clock.pendingSleeps]).toEqual([1, 0]);
  });
});

const failing =
  (status: number, headers: Record<string, string> = {}) =>
  (): Response =>
    new Response("{}", { status, headers });

describe("an API with a temporary failure and no Retry-After", () => {
  test.each([429, 502, 503, 504])("with %d is called again, later each time", async (status) => {
    const { api, seen, clock } = daemonApi([failing(status)], { random: randomOf(0) });
    const work = authErrorOf(api.json("users"));
    for (const [round, ms] of [500, 1_000, 2_000].entries()) {
      await clock.sleeping(ms);
      expect(seen).toHaveLength(round + 1);
      clock.advance(ms);
    }
    expect(await work).toMatchObject({ status, retryable: true, retryAfterMs: undefined });
    expect([seen.length, clock.pendingSleeps]).toEqual([4, 0]);
  });

  test.each([502, 504])("with %d is called again after the time in the header", async (status) => {
    const { api, clock } = daemonApi([busy("7", status), fine]);
    const work = api.json("users");
    await clock.sleeping(7_000);
    clock.advance(7_000);
    expect(await work).toEqual({ fine: true });
  });

  test("is called again at random, so that its callers do not come together", async () => {
    const { api, clock } = daemonApi([failing(504), fine], { random: randomOf(0.5) });
    const work = api.json("users");
    await clock.sleeping(750);
    clock.advance(750);
    expect(await work).toEqual({ fine: true });
  });

  test("is called again if its Retry-After is invalid", async () => {
    const { api, clock } = daemonApi([busy("-1", 503), busy("soon", 429), fine], { random: randomOf(0) });
    const work = api.json("users");
    await clock.sleeping(500);
    clock.advance(500);
    await clock.sleeping(1_000);
    clock.advance(1_000);
    expect(await work).toEqual({ fine: true });
  });

  test.each(["HEAD", "get", "head"])("is called again with %s", async (method) => {
    const { api, seen, clock } = daemonApi([failing(504), fine], { random: randomOf(0) });
    const work = api.fetch("users", { method });
    await clock.sleeping(500);
    clock.advance(500);
    expect((await work).status).toBe(200);
    expect(seen).toHaveLength(2);
  });

  test.each(
    ["POST", "PATCH", "PUT", "DELETE", "OPTIONS"].flatMap((method) =>
      [429, 502, 503, 504].map((status) => [method, status] as const),
    ),
  )("is not called again with %s after %d: the change may have been made", async (method, status) => {
    const { api, seen } = daemonApi([failing(status)]);
    expect((await api.fetch("users", { method })).status).toBe(status);
    expect(seen).toHaveLength(1);
  });

  test.each(["POST", "DELETE"].flatMap((method) => [502, 504].map((status) => [method, status] as const)))(
    "is not called again with %s after %d though it sends Retry-After",
    async (method, status) => {
      const { api, seen } = daemonApi([busy("1", status)]);
      await api.fetch("users", { method });
      expect(seen).toHaveLength(1);
    },
  );

  test.each([400, 404, 408, 409, 500, 501, 505])("does not exist with %d", async (status) => {
    const { api, seen } = daemonApi([failing(status)]);
    await api.fetch("users");
    expect(seen).toHaveLength(1);
  });

  test("is called as often as maxRetries allows", async () => {
    const { api, seen } = daemonApi([failing(504)], { maxRetries: 0 });
    await api.fetch("users");
    expect(seen).toHaveLength(1);
  });

  test("has its response returned by fetch in the end, with a readable body", async () => {
    const { api, clock } = daemonApi([() => new Response("words", { status: 504 })], {
      random: randomOf(0),
      maxRetries: 1,
    });
    const work = api.fetch("users");
    await clock.sleeping(500);
    clock.advance(500);
    expect(await (await work).text()).toBe("words");
  });

  test("does not delay a caller who has left", async () => {
    const { api, seen, clock } = daemonApi([failing(504)], { random: randomOf(0) });
    const controller = new AbortController();
    const work = failureOf(api.json("users", { signal: controller.signal }));
    await clock.sleeping(500);
    controller.abort(new Error("left"));
    expect(await work).toMatchObject({ message: "left" });
    expect([seen.length, clock.pendingSleeps]).toEqual([1, 0]);
  });
});

describe("an API called for a user", () => {
  test("receives the user's token, and reports who lacks the permission", async () => {
    const tool = makeTool();
    const { account } = await tool.app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
    const { seen, fetch } = scriptedApi([fine, () => new Response("{}", { status: 403 })]);
    const api = protectedApi(tool.app, { baseUrl: "https://graph.test", scopes: ["User.Read"], account, fetch });
    await api.json("me");
    expect(seen[0]?.token).toBe("Bearer token-1");
    const refused = await authErrorOf(api.json("me"));
    expect(refused).toMatchObject({ code: "insufficient_privileges" });
    expect(refused.remedy).toContain("grace@contoso.example");
  });

  test("needs an account if the client is public", async () => {
    const app = new PublicClientApplication({ clientId, authority: entra });
    const api = protectedApi(app, { baseUrl: "https://graph.test", scopes: [graph] });
    expect(await authErrorOf(async () => api.json("me"))).toMatchObject({ code: "invalid_options" });
  });
});
