import { type Account, type ProtectedApiOptions, PublicClientApplication, protectedApi } from "@latchkey/client";
import { describe, expect, it } from "vitest";
import { clientId, entra, graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manualClock.ts";
import { aadstsError } from "../support/scriptedService.ts";
import { makeTool } from "../support/tool.ts";

const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
const challenge = {
  "www-authenticate": `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`,
};

/** An API that gives its answers one after the other, the last one again and again, and what it was sent. */
function scriptedApi(answers: readonly (() => Response)[]) {
  const seen: { readonly token: string; readonly body: unknown }[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    seen.push({ token: new Headers(init?.headers).get("authorization") ?? "", body: init?.body });
    const answer = answers[seen.length - 1] ?? answers.at(-1);
    return answer?.() ?? new Response("{}");
  };
  return { seen, fetch };
}

const challenged = (): Response => new Response("{}", { status: 401, headers: challenge });
const busy =
  (seconds: string, status = 429) =>
  (): Response =>
    new Response("{}", { status, headers: { "retry-after": seconds } });
const fine = (): Response => Response.json({ fine: true });

function daemonApi(answers: readonly (() => Response)[], options: Partial<ProtectedApiOptions> = {}) {
  const api = scriptedApi(answers);
  const daemon = makeDaemon();
  const clock = manualClock();
  const { fetch } = api;
  const base = { baseUrl: "https://graph.microsoft.com/v1.0/", scopes: [graph] };
  return { ...api, ...daemon, clock, api: protectedApi(daemon.app, { ...base, fetch, clock, ...options }) };
}

describe("a claims challenge", () => {
  it("is answered with a new token, which is asked for with the claims", async () => {
    const { api, seen, service } = daemonApi([challenged, fine]);
    expect(await api.json("users")).toEqual({ fine: true });
    expect(seen.map(({ token }) => token)).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(service.requests.map(({ form }) => form.get("claims"))).toEqual([null, claims]);
  });

  it("is answered once", async () => {
    const { api, seen } = daemonApi([challenged]);
    expect(await authErrorOf(api.json("users"))).toMatchObject({ code: "token_rejected", status: 401 });
    expect(seen).toHaveLength(2);
  });

  it("by fetch is handed out when it comes again", async () => {
    const { api } = daemonApi([challenged]);
    expect((await api.fetch("users")).status).toBe(401);
  });

  it("is not what any 401 is", async () => {
    const { api, seen } = daemonApi([
      () => new Response("{}", { status: 401, headers: { "www-authenticate": "Bearer" } }),
    ]);
    await authErrorOf(api.json("users"));
    expect(seen).toHaveLength(1);
  });

  it("sends a POST again with its body", async () => {
    const { api, seen } = daemonApi([challenged, fine]);
    await api.json("users", { method: "POST", body: '{"a":1}' });
    expect(seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
  });

  it("does not send a stream again, which is gone", async () => {
    const { api, seen } = daemonApi([challenged, fine]);
    const body = new Blob(["x"]).stream();
    expect(await authErrorOf(api.json("users", { method: "POST", body }))).toMatchObject({ status: 401 });
    expect(seen).toHaveLength(1);
  });

  it("that only a person can answer ends in the token service's error", async () => {
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
  it.each([[429], [503]])("with %d is asked again after the time it named", async (status) => {
    const { api, seen, clock } = daemonApi([busy("7", status), fine]);
    const work = api.json("users");
    await clock.sleeping(7_000);
    expect(seen).toHaveLength(1);
    clock.advance(7_000);
    expect(await work).toEqual({ fine: true });
  });

  it("is asked three times more, then believed", async () => {
    const { api, seen } = daemonApi([busy("0")]);
    expect(await authErrorOf(api.json("users"))).toMatchObject({ code: "throttled", retryAfterMs: 0 });
    expect(seen).toHaveLength(4);
  });

  it("is asked as often as maxRetries allows", async () => {
    const { api, seen } = daemonApi([busy("0")], { maxRetries: 1 });
    await authErrorOf(api.json("users"));
    expect(seen).toHaveLength(2);
  });

  it("for more than a minute is believed at once", async () => {
    const { api, seen } = daemonApi([busy("61")]);
    expect(await authErrorOf(api.json("users"))).toMatchObject({ retryAfterMs: 61_000 });
    expect(seen).toHaveLength(1);
  });

  it.each([[429], [500], [503]])("without saying how long, with %d, is not asked again", async (status) => {
    const { api, seen } = daemonApi([() => new Response("{}", { status })]);
    await authErrorOf(api.json("users"));
    expect(seen).toHaveLength(1);
  });

  it("keeps nobody who has left", async () => {
    const { api, seen, clock } = daemonApi([busy("7")]);
    const controller = new AbortController();
    const work = failureOf(api.json("users", { signal: controller.signal }));
    await clock.sleeping(7_000);
    controller.abort(new Error("left"));
    expect(await work).toMatchObject({ message: "left" });
    expect([seen.length, clock.pendingSleeps]).toEqual([1, 0]);
  });
});

describe("an API called for a user", () => {
  it("gets the user's token, and says who lacks the permission", async () => {
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

  it("needs an account where the client is public", async () => {
    const app = new PublicClientApplication({ clientId, authority: entra });
    const api = protectedApi(app, { baseUrl: "https://graph.test", scopes: [graph] });
    expect(await authErrorOf(async () => api.json("me"))).toMatchObject({ code: "invalid_options" });
  });
});
