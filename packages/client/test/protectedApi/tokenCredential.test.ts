import { getEventListeners } from "node:events";
import { asTokenCredential } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { testStart } from "../support/manualClock.ts";
import { aadstsError, silence, token } from "../support/scriptedService.ts";
import { makeTool } from "../support/tool.ts";

const otherTenant = "99999999-0000-4000-8000-000000000000";

describe("an application as an Azure SDK's credential", () => {
  test("returns token and times in milliseconds", async () => {
    const { app } = makeDaemon(() => token(1, { refresh_in: 1_800 }));
    expect(await asTokenCredential(app).getToken(graph)).toEqual({
      token: "token-1",
      expiresOnTimestamp: testStart + 3_599_000,
      refreshAfterTimestamp: testStart + 1_800_000,
      tokenType: "Bearer",
    });
  });

  test("is served from the application's cache", async () => {
    const { app, service } = makeDaemon();
    const credential = asTokenCredential(app);
    await credential.getToken([graph]);
    await credential.getToken(graph, { tenantId });
    expect(service.requests).toHaveLength(1);
  });

  test("passes tenant and claims on", async () => {
    const { app, service } = makeDaemon();
    const credential = asTokenCredential(app);
    await credential.getToken(graph, { tenantId: otherTenant, claims: '{"access_token":{}}' });
    expect(service.requests[0]?.url.pathname).toMatch(otherTenant);
    expect(service.requests[0]?.form.get("claims")).toBe('{"access_token":{}}');
  });

  test("declares, with a separate cache entry, that the caller understands claims challenges", async () => {
    const { app, service } = makeDaemon();
    const credential = asTokenCredential(app);
    await credential.getToken(graph);
    await credential.getToken(graph, { enableCae: true });
    await credential.getToken(graph, { enableCae: true });
    expect(service.requests.map(({ form }) => form.get("claims"))).toEqual([
      null,
      '{"access_token":{"xms_cc":{"values":["cp1"]}}}',
    ]);
  });

  test("is left at once by a caller that gives up, also with a signal of the SDK's own kind", async () => {
    const { app } = makeDaemon(silence);
    let abort = (): void => {};
    const sdkSignal = {
      aborted: false,
      addEventListener: (_: "abort", listener: () => void): void => {
        abort = listener;
      },
      removeEventListener: (): void => {},
    };
    const work = failureOf(asTokenCredential(app).getToken(graph, { abortSignal: sdkSignal }));
    abort();
    expect(await work).toMatchObject({ name: "AbortError" });
    const aborted = failureOf(asTokenCredential(app).getToken(graph, { abortSignal: AbortSignal.abort() }));
    expect(await aborted).toMatchObject({ name: "AbortError" });
  });

  test("leaves nothing on a signal that outlives its calls", async () => {
    const { app } = makeDaemon((_, index) => (index === 1 ? aadstsError(70011, "x", {}, 400) : token(1)));
    const { signal } = new AbortController();
    const listeners = new Set<() => void>();
    const sdkSignal = {
      aborted: false,
      addEventListener: (_: "abort", listener: () => void): void => void listeners.add(listener),
      removeEventListener: (_: "abort", listener: () => void): void => void listeners.delete(listener),
    };
    const { getToken } = asTokenCredential(app);
    for (const claims of [undefined, '{"a":1}', '{"a":2}', undefined]) {
      for (const abortSignal of [signal, sdkSignal]) {
        await getToken(graph, { abortSignal, claims }).catch(() => {});
      }
    }
    expect([getEventListeners(signal, "abort"), [...listeners]]).toEqual([[], []]);
  });

  test("respects the SDK's time limit, where 0 means none", async () => {
    const { app, clock } = makeDaemon(silence);
    const work = authErrorOf(asTokenCredential(app).getToken(graph, { requestOptions: { timeout: 500 } }));
    await clock.sleeping(500);
    clock.advance(500);
    expect(await work).toMatchObject({ code: "timeout" });
    expect((await asTokenCredential(makeDaemon().app).getToken(graph, { requestOptions: { timeout: 0 } })).token).toBe(
      "token-1",
    );
  });

  test("returns a user's tokens when it is created for an account", async () => {
    const { app } = makeTool();
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
    expect((await asTokenCredential(app, { account }).getToken("User.Read")).token).toBe("token-1");
  });

  test("fails with the application's own errors", async () => {
    const { app } = makeDaemon();
    expect(await authErrorOf(asTokenCredential(app).getToken("User.Read"))).toMatchObject({ code: "invalid_scope" });
    const refused = asTokenCredential(makeDaemon(() => aadstsError(7000215)).app).getToken(graph);
    expect(await authErrorOf(refused)).toMatchObject({
      name: "ServerError",
      code: "invalid_client_secret",
      aadsts: 7000215,
      status: 401,
    });
  });

  test("returns no token that requires proof of possession, not even a cached one", async () => {
    const { app } = makeDaemon(() => token(1, { token_type: "pop" }));
    for (let call = 0; call < 2; call++) {
      const error = await authErrorOf(asTokenCredential(app).getToken(graph));
      expect(error).toMatchObject({ code: "invalid_response", message: expect.stringContaining('"pop"') });
    }
  });
});
