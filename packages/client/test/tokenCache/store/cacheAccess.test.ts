import { inspect } from "node:util";
import type { ICachePlugin } from "@azure/msal-node";
import { type Account, CacheError, type CachePlugin, InteractionRequiredError } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { changedBlob, entriesOf, goldenBlob } from "../../support/blobs.ts";
import { graph, makeDaemon } from "../../support/daemon.ts";
import { authErrorOf, failureOf } from "../../support/failure.ts";
import { testStart } from "../../support/manualClock.ts";
import { type MemoryStore, memoryStore } from "../../support/memoryStore.ts";
import { aadstsError, type ScriptedResponse } from "../../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../../support/tool.ts";
import { withResolvers } from "../../support/withResolvers.ts";

const scopes = [graph];
const userScopes = ["User.Read"];
const vault = "https://vault.azure.net/.default";

/** A daemon with a store, which others can share. */
function daemonWith(cachePlugin: MemoryStore = memoryStore(), options: Parameters<typeof makeDaemon>[1] = {}) {
  return { ...makeDaemon(undefined, { cachePlugin, ...options }), store: cachePlugin };
}

/** A tool with a store, and a user who signed in with request number 1. */
async function signedIn(cachePlugin: MemoryStore = memoryStore(), responses: readonly ScriptedResponse[] = []) {
  const tool = makeTool((_, index) => responses[index - 1] ?? idTokenResponse({}, index + 1), { cachePlugin });
  const { account } = await tool.app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: userScopes });
  return { ...tool, store: cachePlugin, account: account as Account };
}

describe("a store behind the cache", () => {
  test("is read before a lookup, and written only after a change", async () => {
    const { app, store } = daemonWith();
    await app.acquireTokenForClient({ scopes });
    await app.acquireTokenForClient({ scopes });
    await app.acquireTokenSilent({ scopes, account: null });
    expect(store.calls).toEqual(["read", "end", "read", "write", "read", "end", "read", "end"]);
  });

  test("serves another application object, and another process", async () => {
    const { app, store } = daemonWith();
    await app.acquireTokenForClient({ scopes });
    const other = daemonWith(store);
    expect(await other.app.acquireTokenForClient({ scopes })).toMatchObject({
      source: "cache",
      accessToken: "token-1",
    });
    expect(other.service.requests).toHaveLength(0);
  });

  test("reveals none of the tokens that its error contains, as with database clients", async () => {
    const { app, store, account } = await signedIn();
    const blob = store.text;
    store.beforeWrite = () => {
      const command = { name: "set", args: ["latchkey", blob] };
      throw Object.assign(new Error("OOM command not allowed"), { code: "OOM", command });
    };
    const error = await failureOf(app.tokenCache.removeAccount(account));
    expect(error).toMatchObject({ code: "cache_error", cause: { message: "OOM command not allowed", code: "OOM" } });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/token-1|refresh-1/);
  });

  test("is emptied when the cache is cleared", async () => {
    const { app, store } = await signedIn();
    await app.tokenCache.clear();
    for (const section of ["Account", "AccessToken", "RefreshToken", "IdToken"] as const) {
      expect(entriesOf(store.text, section)).toEqual([]);
    }
  });

  test("contains the expiry of a refresh token", async () => {
    const { app, account, store, clock } = await signedIn(undefined, [
      idTokenResponse({}, 2, { refresh_token_expires_in: 7_200 }),
    ]);
    await app.acquireTokenSilent({ scopes: userScopes, account, forceRefresh: true });
    clock.advance(7_199_000);
    const late = makeTool(undefined, { cachePlugin: { ...store, afterCacheAccess: async () => {} }, clock });
    expect((await late.app.acquireTokenSilent({ scopes: userScopes, account })).source).toBe("network");
    clock.advance(1_000);
    const tooLate = makeTool(undefined, { cachePlugin: store, clock });
    const error = await authErrorOf(tooLate.app.acquireTokenSilent({ scopes: userScopes, account }));
    expect(error.code).toBe("sign_in_required");
    expect(tooLate.service.requests).toHaveLength(0);
  });

  test("is read and written by every flow of a user", async () => {
    const { app, account, store } = await signedIn();
    const other = makeTool(undefined, { cachePlugin: store });
    expect(await other.app.tokenCache.getAllAccounts()).toEqual([account]);
    const hit = await other.app.acquireTokenSilent({ scopes: userScopes, account });
    expect(hit).toMatchObject({ source: "cache", accessToken: "token-1" });
    await other.app.acquireTokenSilent({ scopes: userScopes, account, forceRefresh: true });
    expect(other.service.requests[0]?.form.get("refresh_token")).toBe("refresh-1");
    expect((await app.acquireTokenSilent({ scopes: userScopes, account })).accessToken).toBe("token-1");
    await other.app.tokenCache.removeAccount(account);
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
    const gone = await failureOf(app.acquireTokenSilent({ scopes: userScopes, account }));
    expect(gone).toBeInstanceOf(InteractionRequiredError);
  });

  test("returns a token with all that was known about it", async () => {
    const { app, store } = daemonWith();
    const correlationId = "c0c0c0c0-0000-4000-8000-000000000007";
    const fetched = await app.acquireTokenForClient({ scopes, correlationId });
    const { source, timing, ...found } = await daemonWith(store).app.acquireTokenForClient({ scopes });
    expect([source, timing]).toEqual(["cache", undefined]);
    expect({ ...fetched }).toMatchObject(found);
    expect(found.correlationId).toBe(correlationId);
  });

  test("is not parsed again while its content is the last one seen", async () => {
    const { app, store } = daemonWith();
    await app.acquireTokenForClient({ scopes });
    const changes: unknown[] = [];
    app.tokenCache.onChange((change) => changes.push(change));
    await app.acquireTokenForClient({ scopes });
    expect(changes).toEqual([]);
    store.text = goldenBlob("msalNode7");
    expect((await app.acquireTokenForClient({ scopes })).accessToken).toBe("app-token");
    expect(changes).toEqual([{ action: "loaded" }]);
  });

  test("accepts a plugin that was written for MSAL Node", async () => {
    let text = "";
    const msals: ICachePlugin = {
      beforeCacheAccess: async (context) => context.tokenCache.deserialize(text),
      afterCacheAccess: async (context) => {
        if (context.cacheHasChanged) {
          text = context.tokenCache.serialize();
        }
      },
    };
    const cachePlugin: CachePlugin = msals;
    const { app } = makeDaemon(undefined, { cachePlugin });
    await app.acquireTokenForClient({ scopes });
    expect(entriesOf(text, "AccessToken")).toHaveLength(1);
  });

  test("changes nothing after its access", async () => {
    const contexts: Parameters<CachePlugin["beforeCacheAccess"]>[0][] = [];
    const cachePlugin: CachePlugin = {
      beforeCacheAccess: (context) => void contexts.push(context),
      afterCacheAccess: () => {},
    };
    const { app } = makeDaemon(undefined, { cachePlugin });
    await app.acquireTokenForClient({ scopes });
    for (const { tokenCache } of contexts) {
      tokenCache.deserialize("");
    }
    expect(contexts).toHaveLength(2);
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
  });

  test("receives what the program deserialized itself, in addition to what it contains", async () => {
    const { app, account, store } = await signedIn();
    app.tokenCache.deserialize(goldenBlob("msalPython"));
    expect((await app.tokenCache.getAllAccounts())[0]?.homeAccountId).toBe(account.homeAccountId);
    const secrets = entriesOf(store.text, "AccessToken").map(({ secret }) => secret);
    expect(secrets).toEqual(expect.arrayContaining(["token-1", "app-token"]));
  });

  test("may be synchronous, and need not read at all", async () => {
    const texts: string[] = [];
    const cachePlugin: CachePlugin = {
      beforeCacheAccess: () => {},
      afterCacheAccess: ({ cacheHasChanged, tokenCache }) => {
        if (cacheHasChanged) {
          texts.push(tokenCache.serialize({ dialect: "msal-python" }));
        }
      },
    };
    const { app } = makeDaemon(undefined, { cachePlugin });
    await app.acquireTokenForClient({ scopes });
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    expect(texts).toHaveLength(1);
  });
});

describe("concurrent accesses", () => {
  test("lose no token, though each reads the store and then writes it", async () => {
    const { app, store } = daemonWith();
    const resources = Array.from({ length: 20 }, (_, index) => `api://resource-${index}/.default`);
    await Promise.all(resources.map((scope) => app.acquireTokenForClient({ scopes: [scope] })));
    expect(entriesOf(store.text, "AccessToken")).toHaveLength(20);
    const other = daemonWith(store);
    for (const scope of resources) {
      expect((await other.app.acquireTokenForClient({ scopes: [scope] })).source).toBe("cache");
    }
  });

  test("lose no token to a lookup that started before it came", async () => {
    const { app, store } = daemonWith();
    await app.acquireTokenForClient({ scopes });
    const slow = withResolvers<void>();
    store.beforeRead = () => slow.promise;
    const look = app.acquireTokenSilent({ scopes, account: null });
    const acquisition = app.acquireTokenForClient({ scopes: [vault] });
    slow.resolve();
    await Promise.all([look, acquisition]);
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    expect((await app.acquireTokenForClient({ scopes: [vault] })).source).toBe("cache");
  });

  test("never overlap: plugins hold a lock from the one call to the other", async () => {
    let holders = 0;
    const cachePlugin: CachePlugin = {
      beforeCacheAccess: async () => {
        expect(++holders).toBe(1);
        await Promise.resolve();
      },
      afterCacheAccess: async () => {
        await Promise.resolve();
        holders--;
      },
    };
    const { app } = makeDaemon(undefined, { cachePlugin });
    const resources = Array.from({ length: 10 }, (_, index) => `api://resource-${index}/.default`);
    await Promise.all(resources.map((scope) => app.acquireTokenForClient({ scopes: [scope] })));
    expect(app.tokenCache.statistics).toMatchObject({ appTokens: 10, pluginFailures: 0 });
    expect(holders).toBe(0);
  });
});

describe("a failing store", () => {
  const broken = (): never => {
    throw Object.assign(new Error("canary: the store holds eyJ0"), { code: "ECONNREFUSED" });
  };

  test("does not keep a call from its token when reading fails", async () => {
    const { app, service, store, logged } = daemonWith();
    store.beforeRead = broken;
    expect((await app.acquireTokenForClient({ scopes })).accessToken).toBe("token-1");
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    expect(service.requests).toHaveLength(1);
    expect(app.tokenCache.statistics.pluginFailures).toBe(3);
    expect(logged).toContainEqual(expect.objectContaining({ error: "Error", code: "ECONNREFUSED" }));
    expect(JSON.stringify(logged)).not.toContain("canary");
  });

  test("is not overwritten with less than it contains when reading fails", async () => {
    const { app, store } = daemonWith();
    store.text = goldenBlob("msalNode7");
    store.beforeRead = broken;
    await app.acquireTokenForClient({ scopes: [vault] });
    expect(store.text).toBe(goldenBlob("msalNode7"));
    store.beforeRead = () => undefined;
    expect((await app.acquireTokenForClient({ scopes })).accessToken).toBe("app-token");
    expect((await app.acquireTokenForClient({ scopes: [vault] })).source).toBe("cache");
    expect(entriesOf(store.text, "AccessToken").map(({ secret }) => secret)).toEqual(
      expect.arrayContaining(["app-token", "user-token", "token-1"]),
    );
  });

  test("costs no token when writing fails, and receives it at the next opportunity", async () => {
    const { app, service, store } = daemonWith();
    store.beforeWrite = broken;
    expect((await app.acquireTokenForClient({ scopes })).accessToken).toBe("token-1");
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    expect(store.text).toBe("");
    store.beforeWrite = () => undefined;
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    expect(entriesOf(store.text, "AccessToken")).toMatchObject([{ secret: "token-1" }]);
    expect(service.requests).toHaveLength(1);
    expect(app.tokenCache.statistics.pluginFailures).toBe(2);
  });

  test("keeps the newer of two tokens when it recovers", async () => {
    const { app, store, clock } = daemonWith();
    await app.acquireTokenForClient({ scopes });
    store.beforeWrite = broken;
    clock.advance(1_000);
    await app.acquireTokenForClient({ scopes, forceRefresh: true });
    store.beforeWrite = () => undefined;
    expect((await app.acquireTokenForClient({ scopes })).accessToken).toBe("token-2");
    expect(entriesOf(store.text, "AccessToken")).toMatchObject([{ secret: "token-2" }]);
  });

  test("keeps the latest refresh token when it recovers", async () => {
    const { app, account, store, clock, service } = await signedIn();
    store.beforeWrite = broken;
    clock.advance(1_000);
    await app.acquireTokenSilent({ scopes: userScopes, account, forceRefresh: true });
    store.beforeWrite = () => undefined;
    await app.acquireTokenSilent({ scopes: userScopes, account, forceRefresh: true });
    expect(service.requests[2]?.form.get("refresh_token")).toBe("refresh-2");
  });

  test.each<[string, (app: ReturnType<typeof makeTool>["app"], account: Account) => Promise<void>]>([
    ["an account", (app, account) => app.tokenCache.removeAccount(account)],
    ["all app tokens", (app) => app.tokenCache.removeAppTokens()],
    ["everything", (app) => app.tokenCache.clear()],
  ])("is reported when %s is to be removed", async (_, remove) => {
    const { app, account, store } = await signedIn();
    for (const point of ["beforeRead", "beforeWrite"] as const) {
      store[point] = broken;
      const error = await authErrorOf(remove(app, account).then(() => app.tokenCache.clear()));
      expect(error).toBeInstanceOf(CacheError);
      expect(error).toMatchObject({ code: "cache_error" });
      expect((error.cause as Error).message).toContain("canary");
      store[point] = () => undefined;
      expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    }
  });

  test("is released: plugins hold locks", async () => {
    const { app, store } = daemonWith();
    store.beforeRead = broken;
    await app.acquireTokenForClient({ scopes });
    expect(store.calls).toEqual(["read", "end", "read", "end"]);
  });

  test("is left as it is when it does not contain a blob", async () => {
    const { app, store, logged } = daemonWith();
    store.text = "canary: no blob";
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("network");
    expect(store.text).toBe("canary: no blob");
    expect(logged).toContainEqual(expect.objectContaining({ error: "CacheError", code: "cache_error" }));
    expect(JSON.stringify(logged)).not.toContain("canary");
  });
});

describe("a store that does not answer", () => {
  test("delays a call for one timeout, and the next ones not at all", async () => {
    const { app, store, clock, service } = daemonWith(memoryStore(), { requestTimeoutMs: 1_234 });
    const slow = withResolvers<void>();
    store.beforeRead = () => slow.promise;
    const first = app.acquireTokenForClient({ scopes });
    await clock.sleeping(1_234);
    clock.advance(1_234);
    expect((await first).source).toBe("network");
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    expect((await app.acquireTokenForClient({ scopes: [vault] })).source).toBe("network");
    expect(service.requests).toHaveLength(2);
    expect(store.calls).toEqual(["read"]);
    // What it read meanwhile comes too late, and its content is not overwritten; from then on it takes part again.
    store.text = goldenBlob("msalNode7");
    const { afterCacheAccess } = store;
    const over = withResolvers<void>();
    store.afterCacheAccess = async (context) => {
      await afterCacheAccess(context);
      over.resolve();
    };
    slow.resolve();
    await over.promise;
    expect(store.calls).toEqual(["read", "end"]);
    expect(store.text).toBe(goldenBlob("msalNode7"));
    expect((await app.acquireTokenForClient({ scopes: [vault] })).source).toBe("cache");
    const secrets = entriesOf(store.text, "AccessToken").map(({ secret }) => secret);
    expect(secrets.sort()).toEqual(["token-1", "token-2", "user-token"]);
  });

  test("does not delay a call for good when a runtime killed the previous one with its timers", async () => {
    const store = memoryStore();
    let nowMs = testStart;
    const clock = { now: () => nowMs, sleep: () => new Promise<void>(() => {}) };
    const { app } = daemonWith(store, { clock, requestTimeoutMs: 1_000 });
    const begun = withResolvers<void>();
    store.beforeRead = () => {
      begun.resolve();
      return new Promise(() => {});
    };
    app.acquireTokenForClient({ scopes });
    await begun.promise;
    store.beforeRead = () => undefined;
    nowMs += 2_001;
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("network");
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    expect(entriesOf(store.text, "AccessToken")).toHaveLength(1);
  });

  test("does not delay a caller who gives up, nor one whose time is over", async () => {
    const { app, store, clock } = daemonWith();
    store.beforeRead = () => new Promise(() => {});
    const controller = new AbortController();
    const aborted = app.acquireTokenForClient({ scopes, signal: controller.signal });
    controller.abort("enough");
    expect(await failureOf(aborted)).toBe("enough");
    const late = app.acquireTokenForClient({ scopes, timeoutMs: 77 });
    await clock.sleeping(77);
    clock.advance(77);
    expect(await authErrorOf(late)).toMatchObject({ code: "timeout" });
  });
});

describe("a dead refresh token", () => {
  const dead = aadstsError(70000, "x", { error: "invalid_grant" }, 400);

  test("is removed from the store", async () => {
    const { app, account, store } = await signedIn(memoryStore(), [dead]);
    await failureOf(app.acquireTokenSilent({ scopes: userScopes, account, forceRefresh: true }));
    expect(entriesOf(store.text, "RefreshToken")).toEqual([]);
  });

  test("is replaced by the one that another process has put there meanwhile", async () => {
    const store = memoryStore();
    const { app, account, service } = await signedIn(store, [dead]);
    const newer = changedBlob(({ RefreshToken }) => {
      for (const entry of Object.values(RefreshToken)) {
        entry["secret"] = "newer";
      }
    });
    service.received(2).then(() => {
      store.text = newer;
    });
    await app.acquireTokenSilent({ scopes: userScopes, account, forceRefresh: true });
    expect(service.requests.map(({ form }) => form.get("refresh_token"))).toEqual(["rt", "refresh-1", "newer"]);
  });
});
