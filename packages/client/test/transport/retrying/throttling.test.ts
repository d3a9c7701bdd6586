import { type Account, ServerError } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { createThrottle } from "../../../src/transport/retrying/throttling.ts";
import { graph, makeDaemon } from "../../support/daemon.ts";
import { authErrorOf, failureOf } from "../../support/failure.ts";
import { manualClock, testStart } from "../../support/manualClock.ts";
import { aadstsError, type ScriptedResponse, token } from "../../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../../support/tool.ts";

const scopes = [graph];
const wait = (status = 429, seconds = "60"): ScriptedResponse => ({
  ...aadstsError(90055, "Too many.", { error: "temporarily_unavailable" }, status),
  headers: { "retry-after": seconds },
});

describe("a service that asked to wait", () => {
  test.each([429, 503])(
    "with %d receives no requests until then, and the refusal contains its response",
    async (status) => {
      const { app, service, clock } = makeDaemon((_, index) => (index === 0 ? wait(status) : token(2)));
      const refusal = await authErrorOf(app.acquireTokenForClient({ scopes }));
      clock.advance(20_000);
      const refused = await authErrorOf(app.acquireTokenForClient({ scopes }));
      expect(refused).toMatchObject({
        name: "ServerError",
        code: "throttled",
        status,
        error: "temporarily_unavailable",
        aadsts: 90055,
        retryAfterMs: 40_000,
        retryable: true,
        correlationId: refusal.correlationId,
        cause: refusal,
      });
      expect(refused.message).toContain("Too many.");
      expect(service.requests).toHaveLength(1);
      clock.advance(40_000);
      await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-2" });
    },
  );

  test.each<[string, ScriptedResponse]>([
    ["503", { status: 503 }],
    ["500", aadstsError(90033, "x", {}, 500)],
    ["429", { status: 429 }],
    ["503 with a Retry-After of nothing", wait(503, "0")],
    ["400 with a Retry-After", wait(400)],
  ])("without a time receives requests at once: one %s locks nobody out", async (_, response) => {
    const { app } = makeDaemon((_request, index) => (index === 0 ? response : token(2)));
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-2" });
  });

  test("until a date receives no requests until then", async () => {
    const until = new Date(testStart + 90_000).toUTCString();
    const { app, clock } = makeDaemon((_, index) => (index === 0 ? wait(429, until) : token(2)));
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    clock.advance(30_000);
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ retryAfterMs: 60_000 });
    clock.advance(60_000);
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-2" });
  });

  test("still receives requests from another application object", async () => {
    const { app, service } = makeDaemon((_, index) => (index === 0 ? wait() : token(2)));
    const other = makeDaemon(undefined, { fetch: service.fetch });
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    await expect(other.app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-2" });
  });

  test("is respected for an hour at most", async () => {
    const { app, clock } = makeDaemon((_, index) => (index === 0 ? wait(429, "86400") : token(2)));
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    clock.advance(3_600_000);
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-2" });
  });

  test("still receives requests for other scopes, tenants and claims", async () => {
    const { app, service } = makeDaemon((_, index) => (index === 0 ? wait() : token(index)));
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    await app.acquireTokenForClient({ scopes: ["api://other/.default"] });
    await app.acquireTokenForClient({ scopes, tenantId: "contoso.test" });
    await app.acquireTokenForClient({ scopes, claims: '{"access_token":{}}' });
    expect(service.requests).toHaveLength(4);
  });

  test("does not stand between a caller and a cached token", async () => {
    const { app } = makeDaemon((_, index) => (index === 0 ? token(1) : wait()));
    await app.acquireTokenForClient({ scopes });
    await authErrorOf(app.acquireTokenForClient({ scopes, forceRefresh: true }));
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token-1" });
  });

  test("about one user receives requests for another", async () => {
    const other = { uid: "other", utid: "tenant" };
    const { app, service } = makeTool(({ form }, index) => {
      if (form.get("refresh_token") === "refresh-1") {
        return wait();
      }
      const more = form.get("refresh_token") === "imported" ? {} : { client_info: btoa(JSON.stringify(other)) };
      return idTokenResponse({}, index + 1, more);
    });
    const signIn = async (refreshToken: string): Promise<Account> =>
      (await app.acquireTokenByRefreshToken({ refreshToken, scopes })).account as Account;
    const [first, second] = [await signIn("imported"), await signIn("other's")];
    const silent = (account: Account) => app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    await authErrorOf(silent(first));
    await expect(silent(second)).resolves.toMatchObject({ source: "network" });
    expect(await authErrorOf(silent(first))).toMatchObject({ code: "throttled" });
    expect(service.requests).toHaveLength(4);
  });

  test("still receives requests with throttling off", async () => {
    const { app, service } = makeDaemon(() => wait(), { throttling: false });
    for (const _ of [1, 2]) {
      await authErrorOf(app.acquireTokenForClient({ scopes }));
    }
    expect(service.requests).toHaveLength(2);
  });
});

describe("the list of requested delays", () => {
  test("is limited: the oldest is removed first", async () => {
    const throttle = createThrottle(manualClock());
    const refusal = new ServerError("x", { code: "throttled", remedy: "x", status: 429, retryAfterMs: 60_000 });
    for (let key = 0; key <= 1_000; key++) {
      await failureOf(throttle(String(key), () => Promise.reject(refusal)));
    }
    await expect(throttle("0", async () => "sent")).resolves.toBe("sent");
    expect(await failureOf(throttle("1", async () => "sent"))).toMatchObject({ code: "throttled", cause: refusal });
  });
});
