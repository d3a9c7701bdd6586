import {
  type Account,
  ConfidentialClientApplication,
  clientSecret,
  type PublicClientApplication,
} from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { manualClock, testStart } from "../support/manualClock.ts";
import { memoryStore } from "../support/memoryStore.ts";
import { type ScriptedResponse, type ScriptedService, scriptedService, silence } from "../support/scriptedService.ts";
import { jwtOf } from "../support/tool.ts";

const issuer = "https://id.example.test";
const hourMs = 3_600_000;

/** An issuer that accepts each refresh token once, and ends the user's session when one comes a second time. */
function rotatingIssuer(): ScriptedService & { readonly isRevoked: () => boolean; revoke(token: string): void } {
  let count = 0;
  let revoked = false;
  const good = new Set(["taken over"]);
  const service = scriptedService(async ({ method, form }): Promise<ScriptedResponse> => {
    if (method === "GET") {
      return { body: { issuer, token_endpoint: `${issuer}/token` } };
    }
    const number = ++count;
    // As long as a response takes, so that others may come meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    const given = form.get("refresh_token");
    if (given !== null) {
      if (revoked || !good.delete(given)) {
        revoked = true;
        return { status: 400, body: { error: "invalid_grant" } };
      }
    }
    good.add(`refresh-${number}`);
    const claims = { iss: issuer, sub: "alice", aud: clientId, exp: testStart / 1_000 + 90 * 86_400 };
    return {
      body: {
        token_type: "Bearer",
        expires_in: 3_599,
        access_token: `token-${number}`,
        refresh_token: `refresh-${number}`,
        id_token: jwtOf(claims),
      },
    };
  });
  return { ...service, isRevoked: () => revoked, revoke: (token) => void good.delete(token) };
}

function webApplication(service: ScriptedService, more: object = {}) {
  const clock = manualClock();
  const app = new ConfidentialClientApplication({
    clientId,
    oidcAuthority: issuer,
    clientCredential: clientSecret("secret"),
    fetch: service.fetch,
    clock,
    maxRetries: 0,
    ...more,
  });
  return { app, clock };
}

async function signedIn(more: object = {}) {
  const service = rotatingIssuer();
  const { app, clock } = webApplication(service, more);
  const scopes = ["read"];
  const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "taken over", scopes });
  return { service, app, clock, account: account as Account };
}

const tokenRequests = ({ requests }: ScriptedService) => requests.filter(({ method }) => method === "POST");

type Silent = Omit<Parameters<PublicClientApplication["acquireTokenSilent"]>[0], "account">;
const calls: Readonly<Record<string, Silent>> = {
  "other scopes": { scopes: ["write"] },
  "still other scopes": { scopes: ["delete"] },
  "a forced refresh": { scopes: ["read"], forceRefresh: true },
  claims: { scopes: ["read"], claims: '{"id_token":{"a":null}}' },
  "claims of its own": { scopes: ["read"], claimsFromClient: '{"id_token":{"b":null}}' },
  "body parameters": { scopes: ["read"], extraBodyParameters: { audience: "orders" } },
};

describe("an issuer that rotates refresh tokens", () => {
  test("receives each of them once, however many calls come at once", async () => {
    const { app, account, service } = await signedIn();
    const results = await Promise.all(Object.values(calls).map((call) => app.acquireTokenSilent({ ...call, account })));
    expect(service.isRevoked()).toBe(false);
    expect(new Set(results.map(({ accessToken }) => accessToken)).size).toBe(results.length);
    const sent = tokenRequests(service).map(({ form }) => form.get("refresh_token"));
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent).toHaveLength(1 + results.length);
  });

  test("receives one request for equal calls", async () => {
    const { app, account, service } = await signedIn();
    const wanted = ["write", "write", "delete", "write", "delete"];
    await Promise.all(wanted.map((scope) => app.acquireTokenSilent({ scopes: [scope], account })));
    expect(tokenRequests(service)).toHaveLength(3);
    expect(service.isRevoked()).toBe(false);
  });

  test("receives each of them once from background refreshes and their callers' other calls", async () => {
    const { app, account, service, clock } = await signedIn();
    await app.acquireTokenSilent({ scopes: ["write"], account });
    clock.advance(hourMs);
    await Promise.all(["read", "write", "delete"].map((scope) => app.acquireTokenSilent({ scopes: [scope], account })));
    expect(service.isRevoked()).toBe(false);
  });

  test("receives each of them once on behalf of a caller", async () => {
    const service = rotatingIssuer();
    const { app } = webApplication(service);
    const session = (scope: string, more: object = {}) =>
      app.acquireTokenOnBehalfOf({ scopes: [scope], sessionKey: "report", ...more });
    await session("read", { oboAssertion: "a.b.c" });
    await Promise.all([session("write"), session("delete"), session("read", { forceRefresh: true })]);
    expect(service.isRevoked()).toBe(false);
    expect(tokenRequests(service)).toHaveLength(4);
  });

  test("receives each of them once when one is taken over for several scopes at once", async () => {
    const service = rotatingIssuer();
    const { app } = webApplication(service);
    const results = await Promise.all(
      ["read", "write", "delete"].map((scope) =>
        app.acquireTokenByRefreshToken({ refreshToken: "taken over", scopes: [scope] }),
      ),
    );
    expect(service.isRevoked()).toBe(false);
    expect(results.map(({ scopes }) => scopes)).toEqual([["read"], ["write"], ["delete"]]);
  });

  test("receives a cached one once when it is taken over during a silent call", async () => {
    const { app, account, service } = await signedIn();
    await Promise.all([
      app.acquireTokenSilent({ scopes: ["write"], account }),
      app.acquireTokenByRefreshToken({ refreshToken: "refresh-1", scopes: ["delete"] }),
    ]);
    expect(service.isRevoked()).toBe(false);
    const sent = tokenRequests(service).map(({ form }) => form.get("refresh_token"));
    expect(sent).toEqual(["taken over", "refresh-1", "refresh-2"]);
  });

  test("receives concurrent requests for different users", async () => {
    const { app, account, service } = await signedIn();
    const other = { ...account, homeAccountId: "bob", localAccountId: "bob", subject: "bob" };
    const [served, refused] = await Promise.allSettled([
      app.acquireTokenSilent({ scopes: ["write"], account }),
      app.acquireTokenSilent({ scopes: ["write"], account: other }),
    ]);
    expect([served.status, refused.status]).toEqual(["fulfilled", "rejected"]);
    expect(tokenRequests(service)).toHaveLength(2);
  });

  test("makes nobody wait for a cancelled call", async () => {
    const { app, account } = await signedIn();
    const aborted = new AbortController();
    const [first, second, third] = [
      app.acquireTokenSilent({ scopes: ["write"], account }),
      app.acquireTokenSilent({ scopes: ["delete"], account, signal: aborted.signal }),
      app.acquireTokenSilent({ scopes: ["list"], account }),
    ];
    aborted.abort("enough");
    await expect(second).rejects.toBe("enough");
    expect((await first).accessToken).toBe("token-2");
    expect((await third).accessToken).toBe("token-3");
  });
});

describe("an issuer that sends no new refresh token", () => {
  test("receives the one that was taken over again", async () => {
    const service = scriptedService(({ method, form }) => {
      if (method === "GET") {
        return { body: { issuer, token_endpoint: `${issuer}/token` } };
      }
      const claims = { iss: issuer, sub: "alice", aud: clientId, exp: testStart / 1_000 + 90 * 86_400 };
      return { body: { expires_in: 3_599, access_token: form.get("scope"), id_token: jwtOf(claims) } };
    });
    const { app, clock } = webApplication(service);
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "taken over", scopes: ["read"] });
    clock.advance(hourMs);
    const { source } = await app.acquireTokenSilent({ scopes: ["read"], account: account as Account });
    expect(source).toBe("network");
    expect(tokenRequests(service).map(({ form }) => form.get("refresh_token"))).toEqual(["taken over", "taken over"]);
  });
});

describe("a redemption that nobody waits for any more", () => {
  test("continues, so that the next one has the newer token", async () => {
    const { app, account, service } = await signedIn();
    const leaving = new AbortController();
    const left = app.acquireTokenSilent({ scopes: ["write"], account, signal: leaving.signal });
    await service.received(3);
    leaving.abort("enough");
    await expect(left).rejects.toBe("enough");
    expect((await app.acquireTokenSilent({ scopes: ["delete"], account })).accessToken).toBe("token-3");
    expect(service.isRevoked()).toBe(false);
    expect((await app.acquireTokenSilent({ scopes: ["write"], account })).source).toBe("cache");
  });

  test("delays the next one no longer than a request and its retries may take", async () => {
    const service = scriptedService(({ method, form }) => {
      if (method === "GET") {
        return { body: { issuer, token_endpoint: `${issuer}/token` } };
      }
      const claims = { iss: issuer, sub: "alice", aud: clientId, exp: testStart / 1_000 + 90 * 86_400 };
      const body = { expires_in: 3_599, access_token: form.get("scope"), refresh_token: "r", id_token: jwtOf(claims) };
      return form.get("scope")?.startsWith("lost") ? silence() : { body };
    });
    const { app, clock } = webApplication(service, { requestTimeoutMs: 1_000 });
    const taken = await app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: ["read"] });
    const account = taken.account as Account;
    const silent = (scope: string) => app.acquireTokenSilent({ scopes: [scope], account });
    const lost = authErrorOf(silent("lost"));
    await service.received(3);
    const next = silent("write");
    await clock.sleeping(4_000);
    clock.advance(1_000);
    expect(await lost).toMatchObject({ code: "timeout" });
    expect((await next).accessToken).toMatch(/^write/);
    expect(clock.pendingSleeps).toBe(0);
  });
});

describe("a refused refresh token", () => {
  test("is followed by a newer one that another process stored, before the user has to sign in", async () => {
    const store = memoryStore();
    const { account, service } = await signedIn({ cachePlugin: store });
    const other = webApplication(service);
    other.app.tokenCache.deserialize(store.text);
    let isFirst = true;
    const { app } = webApplication(service, {
      cachePlugin: store,
      async fetch(...[url, init]: Parameters<ScriptedService["fetch"]>) {
        // While this request is in progress, another process redeems the token and stores the response.
        if (init.method === "POST" && isFirst) {
          isFirst = false;
          await other.app.acquireTokenSilent({ scopes: ["read"], account, forceRefresh: true });
          store.text = other.app.tokenCache.serialize();
          return { status: 400, headers: new Headers(), text: async () => '{"error":"invalid_grant"}' };
        }
        return service.fetch(url, init);
      },
    });
    const { accessToken } = await app.acquireTokenSilent({ scopes: ["read"], account, forceRefresh: true });
    expect(accessToken).toBe("token-3");
    expect(service.isRevoked()).toBe(false);
  });

  test("requires a sign-in if there is no newer one, and is not sent again", async () => {
    const { app, account, service } = await signedIn();
    service.revoke("refresh-1");
    const failures = await Promise.all(
      ["write", "delete"].map((scope) => authErrorOf(app.acquireTokenSilent({ scopes: [scope], account }))),
    );
    expect(failures.map(({ code }) => code)).toEqual(["sign_in_required", "sign_in_required"]);
    expect(tokenRequests(service)).toHaveLength(2);
  });
});
