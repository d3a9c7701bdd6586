import { DistributedCachePlugin, type ICacheClient, type IPartitionManager } from "@azure/msal-node";
import { type Account, AuthError, type CachePlugin, type PublicClientApplication } from "@latchkey/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedBlob, entriesOf, goldenBlob } from "../support/blobs.ts";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { memoryStore } from "../support/memoryStore.ts";
import { makeTool } from "../support/tool.ts";
import {
  answerForOwner,
  createStores,
  homeIdOf,
  type Stores,
  signIn,
  switchingPlugin,
  usersIn,
} from "../support/userStores.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = ["User.Read"];
const names = ["ada", "bob", "cyd"] as const;
const broken = (): never => {
  throw new Error("The store is away.");
};

/** A plugin of MSAL's own class, unmodified, over these stores. */
function msals(stores: Stores, keyOf: () => string | undefined): CachePlugin {
  const client: ICacheClient = {
    async get(key) {
      await stores.beforeRead();
      return stores.texts.get(key) as string;
    },
    async set(key, value) {
      await stores.beforeWrite();
      stores.texts.set(key, value);
      return "OK";
    },
  };
  const partitions: IPartitionManager = {
    getKey: async () => keyOf() ?? "",
    extractKey: async ({ homeAccountId }) => homeAccountId,
  };
  return new DistributedCachePlugin(client, partitions);
}

function toolWith(cachePlugin: CachePlugin) {
  return makeTool(answerForOwner, { cachePlugin });
}

/** An application object for each user, each with an MSAL plugin for the user's partition. */
function toolOf(name: string, stores: Stores) {
  return toolWith(msals(stores, () => homeIdOf(name)));
}

/** Each store by its owner, with the users in it. */
function ownersAndUsers(stores: Stores): [string, string[]][] {
  return [...stores.texts].map(([key, text]) => [key, usersIn(text)]);
}

const oneStorePerUser = names.map((name) => [homeIdOf(name), [name]]);

describe("MSAL's DistributedCachePlugin, with an application object for each partition", () => {
  test("keeps each user's tokens in that user's partition, though all come at once", async () => {
    const stores = createStores();
    await Promise.all(
      names.map(async (name) => {
        const { app } = toolOf(name, stores);
        const account = await signIn(app, name);
        await Promise.all([
          app.acquireTokenSilent({ scopes, account, forceRefresh: true }),
          app.acquireTokenSilent({ scopes: ["Mail.Read"], account }),
        ]);
      }),
    );
    expect(ownersAndUsers(stores).sort()).toEqual(oneStorePerUser);
  });

  test("serves each user from the partition in another process", async () => {
    const stores = createStores();
    for (const name of names) {
      await signIn(toolOf(name, stores).app, name);
    }
    for (const name of names) {
      const { app, service } = toolOf(name, stores);
      const [account, ...others] = await app.tokenCache.getAllAccounts();
      expect([account?.homeAccountId, others]).toEqual([homeIdOf(name), []]);
      const { accessToken } = await app.acquireTokenSilent({ scopes, account: account as Account });
      expect(usersIn(accessToken)).toEqual([name]);
      expect(service.requests).toHaveLength(0);
    }
  });

  test("writes what could not be written at the next access, and to no other partition", async () => {
    const stores = createStores();
    const [ada, bob] = [toolOf("ada", stores), toolOf("bob", stores)];
    stores.beforeWrite = broken;
    const account = await signIn(ada.app, "ada");
    stores.beforeWrite = () => undefined;
    await signIn(bob.app, "bob");
    expect(ownersAndUsers(stores)).toEqual([[homeIdOf("bob"), ["bob"]]]);
    await ada.app.acquireTokenSilent({ scopes, account });
    expect(ownersAndUsers(stores).sort()).toEqual(oneStorePerUser.slice(0, 2));
  });

  test.each([
    ["a user", (app: PublicClientApplication, account: Account) => app.tokenCache.removeAccount(account)],
    ["everybody", (app: PublicClientApplication) => app.tokenCache.clear()],
  ])("removes %s from the partition", async (_, remove) => {
    const stores = createStores();
    const { app } = toolOf("ada", stores);
    await remove(app, await signIn(app, "ada"));
    expect(ownersAndUsers(stores)).toEqual([[homeIdOf("ada"), []]]);
  });

  test("keeps app tokens in the partition that its manager determines", async () => {
    const stores = createStores();
    const { app } = makeDaemon(undefined, { cachePlugin: msals(stores, () => "daemon") });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(entriesOf(stores.texts.get("daemon") ?? "", "AccessToken")).toHaveLength(1);
  });
});

/** Events at one application object that serves several stores. */
const event = fc.record({
  name: fc.constantFrom(...names),
  /** The current user then: a different one, if a plugin has one variable for all. */
  current: fc.constantFrom(...names),
  act: fc.constantFrom("signIn", "silent", "refresh", "accounts", "remove", "clear"),
  fails: fc.constantFrom("", "", "beforeRead", "beforeWrite"),
});

async function trigger(app: PublicClientApplication, act: string, name: string): Promise<void> {
  const account = { homeAccountId: homeIdOf(name), environment: "login.windows.net" } as Account;
  if (act === "signIn") {
    await signIn(app, name);
  }
  if (act === "clear") {
    await app.tokenCache.clear();
  }
  if (act === "accounts") {
    await app.tokenCache.getAllAccounts();
  }
  if (act === "remove") {
    await app.tokenCache.removeAccount(account);
  }
  const forceRefresh = act === "refresh";
  if (!forceRefresh && act !== "silent") {
    return;
  }
  const known = await app.tokenCache.getAccountByHomeId(account.homeAccountId);
  if (known === undefined) {
    return;
  }
  const result = await app.acquireTokenSilent({ scopes, account: known, forceRefresh });
  expect(usersIn(result.accessToken)).toEqual([name]);
}

describe("one application object for several stores, against the advice", () => {
  test.each<[string, (stores: Stores) => CachePlugin, (event: { name: string; current: string }) => string]>([
    ["MSAL's plugin", (stores) => msals(stores, () => stores.current.getStore()), ({ name }) => homeIdOf(name)],
    [
      "MSAL's, for the current user",
      (stores) => msals(stores, () => stores.current.getStore()),
      (of) => homeIdOf(of.current),
    ],
    ["one that always calls deserialize", switchingPlugin, ({ name }) => homeIdOf(name)],
    [
      "one silent of nothing",
      (stores) => switchingPlugin(stores, { skipsEmptyStore: false }),
      ({ name }) => homeIdOf(name),
    ],
  ])("writes no one's tokens into another's store: %s", async (_, pluginFor, currentOf) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async (rounds) => {
        const stores = createStores();
        const { app } = toolWith(pluginFor(stores));
        for (const round of rounds) {
          // Those of a round come at once, and meet the same fault.
          const [{ fails } = { fails: "" }] = round;
          if (fails) {
            stores[fails as "beforeRead"] = broken;
          }
          const events = round.map((each) =>
            stores.current.run(currentOf(each), () => trigger(app, each.act, each.name).catch(onlyStores)),
          );
          await Promise.all(events);
          stores.beforeRead = stores.beforeWrite = () => undefined;
        }
        for (const [key, people] of ownersAndUsers(stores)) {
          expect(people.map(homeIdOf).filter((owner) => owner !== key)).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("leaves no one in memory for the next one, in whose store the plugin finds nothing", async () => {
    const stores = createStores();
    const { app } = toolWith(switchingPlugin(stores, { skipsEmptyStore: false }));
    await stores.current.run("ada", () => signIn(app, "ada"));
    await stores.current.run("bob", async () => {
      expect(await app.tokenCache.getAllAccounts()).toEqual([]);
      await signIn(app, "bob");
    });
    await stores.current.run("ada", async () => {
      const [account, ...others] = await app.tokenCache.getAllAccounts();
      expect([account?.homeAccountId, others]).toEqual([homeIdOf("ada"), []]);
    });
    expect(ownersAndUsers(stores)).toEqual([
      ["ada", ["ada"]],
      ["bob", ["bob"]],
    ]);
  });

  test("refuses to write two users to MSAL's partition for one, and says what to do", async () => {
    const stores = createStores();
    let current = "ada";
    const warned: object[] = [];
    const nothing = (): void => {};
    const cachePlugin = msals(stores, () => homeIdOf(current));
    const logger = {
      debug: nothing,
      info: nothing,
      warn: (fields: object) => void warned.push(fields),
      error: nothing,
    };
    const { app } = makeTool(answerForOwner, { cachePlugin, logger });
    await signIn(app, "ada");
    // The current user changes while Bob signs in.
    await signIn(app, "bob");
    expect(ownersAndUsers(stores)).toEqual([[homeIdOf("ada"), ["ada"]]]);
    expect(warned).toEqual([
      expect.objectContaining({ code: "cache_error", reason: expect.stringContaining("2 users") }),
    ]);
    current = "bob";
    const [account] = await app.tokenCache.getAllAccounts();
    await app.acquireTokenSilent({ scopes, account: account as Account });
    expect(ownersAndUsers(stores)).toEqual(oneStorePerUser.slice(0, 2));
  });

  test("writes what could not be written for one of two users at any call, if the store contains both", async () => {
    const store = memoryStore();
    const { app } = toolWith(store);
    const ada = await signIn(app, "ada");
    await signIn(app, "bob");
    store.beforeWrite = broken;
    await app.acquireTokenSilent({ scopes, account: ada, forceRefresh: true });
    store.beforeWrite = () => undefined;
    await app.tokenCache.getAllAccounts();
    expect(store.text).toContain("of-ada-refresh-2");
  });

  test("recognizes a user in whatever case the store has the id", async () => {
    const store = memoryStore();
    const { app } = toolWith(store);
    const account = await signIn(app, "ada");
    store.text = store.text.replaceAll(homeIdOf("ada"), homeIdOf("ada").toUpperCase());
    store.beforeWrite = broken;
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    store.beforeWrite = () => undefined;
    await app.tokenCache.getAllAccounts();
    expect(store.text).toContain("of-ada-refresh-1");
  });

  test("does not restore, with one user's tokens, another who was removed elsewhere", async () => {
    const store = memoryStore();
    const { app } = toolWith(store);
    await signIn(app, "ada");
    const bob = await signIn(app, "bob");
    store.beforeWrite = broken;
    await app.acquireTokenSilent({ scopes, account: bob, forceRefresh: true });
    store.beforeWrite = () => undefined;
    const elsewhere = toolWith({ ...store });
    await elsewhere.app.tokenCache.removeAccount((await elsewhere.app.tokenCache.getAllAccounts())[0] as Account);
    await app.acquireTokenSilent({ scopes, account: bob });
    expect(usersIn(store.text)).toEqual(["bob"]);
    expect(store.text).toContain("of-bob-refresh-2");
  });
});

/** An error of the store is no failure here; a wrong user is. */
function onlyStores(error: unknown): void {
  if (!(error instanceof AuthError)) {
    throw error;
  }
}

describe("a plugin that calls deserialize only when it finds something", () => {
  const silentOfNothing = () => {
    const store = memoryStore();
    const beforeCacheAccess: CachePlugin["beforeCacheAccess"] = async (context) => {
      await store.beforeRead();
      if (store.text !== "") {
        context.tokenCache.deserialize(store.text);
      }
    };
    return Object.assign(store, { beforeCacheAccess });
  };

  test("serves one store from the first sign-in on", async () => {
    const store = silentOfNothing();
    const { app, service } = toolWith(store);
    const account = await signIn(app, "ada");
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
    expect(service.requests).toHaveLength(1);
    expect(usersIn(store.text)).toEqual(["ada"]);
  });

  test("loses nothing that could not be written", async () => {
    const store = silentOfNothing();
    const { app } = toolWith(store);
    store.beforeWrite = broken;
    const account = await signIn(app, "ada");
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    store.beforeWrite = () => undefined;
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
    expect(usersIn(store.text)).toEqual(["ada"]);
  });

  test("loses nothing that the program deserialized itself", async () => {
    const text = goldenBlob("msalNode7");
    const store = silentOfNothing();
    const { app } = makeTool(undefined, { cachePlugin: store });
    app.tokenCache.deserialize(text);
    const [account] = await app.tokenCache.getAllAccounts();
    expect(account).toBeDefined();
    expect((await app.acquireTokenSilent({ scopes, account: account as Account })).source).toBe("cache");
    expect(entriesOf(store.text, "RefreshToken")).toHaveLength(entriesOf(text, "RefreshToken").length);
  });

  test("thereby reports users who signed out elsewhere, and entries of others", async () => {
    const store = silentOfNothing();
    const { app } = toolWith(store);
    store.text = changedBlob(({ AccessToken }) => {
      AccessToken["other"] = {
        home_account_id: "uid-zoe.t",
        client_id: "another-app",
        environment: "e",
        secret: "of-zoe",
      };
    });
    const account = await signIn(app, "ada");
    expect(usersIn(store.text)).toContain("zoe");
    store.text = "";
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
    expect((await authErrorOf(app.acquireTokenSilent({ scopes, account }))).code).toBe("sign_in_required");
    await signIn(app, "bob");
    expect(usersIn(store.text)).toEqual(["bob"]);
  });

  test("preserves the entries of others as long as the store has them", async () => {
    const store = silentOfNothing();
    const { app } = makeDaemon(undefined, { cachePlugin: store });
    const text = changedBlob((blob) => {
      blob.Account = blob.IdToken = blob.RefreshToken = {};
      blob.AccessToken = {
        other: { home_account_id: "", client_id: "another-app", environment: "e", secret: "others" },
      };
    });
    for (store.text of [text, "", text]) {
      await app.tokenCache.getAllAccounts();
    }
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(entriesOf(store.text, "AccessToken").map(({ secret }) => secret)).toEqual(["others", "token-1"]);
  });

  test("costs the application none of its own tokens", async () => {
    const { app } = makeDaemon(undefined, { cachePlugin: silentOfNothing() });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect((await app.acquireTokenForClient({ scopes: [graph] })).source).toBe("cache");
  });

  test("is not trusted about the text that it keeps: that may be the previous one's", async () => {
    const stores = createStores();
    const { beforeCacheAccess, ...plugin } = switchingPlugin(stores, { skipsEmptyStore: false });
    const cachePlugin: CachePlugin & { currentCache?: string | undefined } = {
      ...plugin,
      async beforeCacheAccess(context) {
        await beforeCacheAccess(context);
        cachePlugin.currentCache = stores.texts.get(stores.current.getStore() ?? "") ?? cachePlugin.currentCache;
      },
    };
    const { app } = toolWith(cachePlugin);
    await stores.current.run("ada", async () =>
      app.tokenCache.getAccountByHomeId((await signIn(app, "ada")).homeAccountId),
    );
    expect(await stores.current.run("bob", () => app.tokenCache.getAllAccounts())).toEqual([]);
  });

  test("loses no one when it skips an unchanged file, like MSAL's file plugin", async () => {
    // It reads a file only after a change, and keeps the text in currentCache.
    let file = { text: "", changedAt: 1 };
    let now = 1;
    const cachePlugin = {
      lockFilePath: "sample_cache.json.lockfile",
      currentCache: null as string | null,
      lastSync: 0,
      async beforeCacheAccess({ tokenCache }: Parameters<CachePlugin["beforeCacheAccess"]>[0]) {
        if (file.changedAt <= this.lastSync && this.currentCache !== null) {
          return;
        }
        this.currentCache = file.text;
        this.lastSync = ++now;
        tokenCache.deserialize(this.currentCache);
      },
      async afterCacheAccess({ cacheHasChanged, tokenCache }: Parameters<CachePlugin["beforeCacheAccess"]>[0]) {
        if (!cacheHasChanged) {
          return;
        }
        this.currentCache = tokenCache.serialize();
        file = { text: this.currentCache, changedAt: ++now };
      },
    };
    const { app, service } = toolWith(cachePlugin);
    const [ada, bob] = [await signIn(app, "ada"), await signIn(app, "bob")];
    for (const account of [ada, bob, ada, bob]) {
      expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
    }
    await app.acquireTokenSilent({ scopes, account: ada, forceRefresh: true });
    expect(service.requests).toHaveLength(3);
    expect(usersIn(file.text)).toEqual(["ada", "bob"]);
  });
});

describe("a plugin that does what none should", () => {
  test("may read after the work: nothing is lost", async () => {
    const store = memoryStore();
    const { afterCacheAccess } = store;
    store.afterCacheAccess = async (context) => {
      context.tokenCache.deserialize(goldenBlob("msalNode7"));
      await afterCacheAccess(context);
    };
    const { app } = toolWith(store);
    const account = await signIn(app, "ada");
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    await app.tokenCache.removeAccount(account);
    expect(usersIn(store.text)).toEqual([]);
  });

  test("may read twice: the last text counts", async () => {
    const { app } = toolWith(memoryStore());
    await signIn(app, "ada");
    const text = app.tokenCache.serialize();
    const twice = toolWith({
      beforeCacheAccess({ tokenCache }) {
        tokenCache.deserialize(text);
        tokenCache.deserialize("");
      },
      afterCacheAccess() {},
    });
    expect(await twice.app.tokenCache.getAllAccounts()).toEqual([]);
  });

  test("may return bytes, or nothing at all", async () => {
    const bytes: unknown = Buffer.from(goldenBlob("msalNode7"));
    for (const [given, count] of [
      [bytes, 1],
      [null, 0],
      [undefined, 0],
    ] as const) {
      const { app } = toolWith({
        beforeCacheAccess: ({ tokenCache }) => tokenCache.deserialize(given as string),
        afterCacheAccess() {},
      });
      expect(await app.tokenCache.getAllAccounts()).toHaveLength(count);
      const changes: unknown[] = [];
      app.tokenCache.onChange((change) => changes.push(change));
      await app.tokenCache.getAllAccounts();
      expect([app.tokenCache.statistics.pluginFailures, changes]).toEqual([0, []]);
    }
  });

  test("may write nothing though asked to: it is asked again", async () => {
    const changed: boolean[] = [];
    const { app } = toolWith({
      beforeCacheAccess: ({ tokenCache }) => tokenCache.deserialize(""),
      afterCacheAccess: ({ cacheHasChanged }) => void changed.push(cacheHasChanged),
    });
    const account = await signIn(app, "ada");
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
    expect(changed).toEqual([true, true]);
  });

  test("may serve two applications: they take turns, and none loses a token", async () => {
    const store = memoryStore();
    let holders = 0;
    const { beforeCacheAccess, afterCacheAccess } = store;
    Object.assign(store, {
      async beforeCacheAccess(context: Parameters<typeof beforeCacheAccess>[0]) {
        expect(++holders).toBe(1);
        await beforeCacheAccess(context);
      },
      async afterCacheAccess(context: Parameters<typeof beforeCacheAccess>[0]) {
        await afterCacheAccess(context);
        holders--;
      },
    });
    const [one, two] = [toolWith(store), toolWith(store)];
    await Promise.all(names.flatMap((name) => [signIn(one.app, name), signIn(two.app, `${name}s`)]));
    expect(usersIn(store.text)).toEqual(["ada", "adas", "bob", "bobs", "cyd", "cyds"]);
  });

  test("may call the application from within: that waits for one timeout", async () => {
    const app: { current?: PublicClientApplication } = {};
    const inner = withResolvers<unknown>();
    const { app: made, clock } = makeTool(answerForOwner, {
      requestTimeoutMs: 777,
      cachePlugin: {
        async beforeCacheAccess() {
          inner.resolve(await app.current?.tokenCache.getAllAccounts());
        },
        afterCacheAccess() {},
      },
    });
    app.current = made;
    const outer = made.tokenCache.getAllAccounts();
    await clock.sleeping(777);
    clock.advance(777);
    expect(await Promise.all([outer, inner.promise])).toEqual([[], []]);
  });

  test.each<[string, (stores: Stores) => CachePlugin, (name: string) => string]>([
    ["MSAL's", (stores) => msals(stores, () => stores.current.getStore()), homeIdOf],
    ["one of the program's", switchingPlugin, (name) => name],
  ])(
    "may fail to write alone: no one else's store gets the entries, but work continues: %s",
    async (_, pluginFor, keyOf) => {
      const stores = createStores();
      const { app } = toolWith(pluginFor(stores));
      stores.beforeWrite = broken;
      const account = await stores.current.run(keyOf("ada"), () => signIn(app, "ada"));
      stores.beforeWrite = () => undefined;
      await stores.current.run(keyOf("bob"), () => signIn(app, "bob"));
      expect(ownersAndUsers(stores)).toEqual([[keyOf("bob"), ["bob"]]]);
      const found = await stores.current.run(keyOf("ada"), () => app.acquireTokenSilent({ scopes, account }));
      expect(found.source).toBe("cache");
      expect(ownersAndUsers(stores)).toEqual([
        [keyOf("bob"), ["bob"]],
        [keyOf("ada"), ["ada"]],
      ]);
    },
  );

  test("may fail to write a user who is then removed: the store is read as rarely as before", async () => {
    const store = memoryStore();
    const { app } = toolWith(store);
    store.beforeWrite = broken;
    const account = await signIn(app, "ada");
    store.beforeWrite = () => undefined;
    await app.tokenCache.removeAccount(account);
    const changes: unknown[] = [];
    app.tokenCache.onChange((change) => changes.push(change));
    await app.tokenCache.getAllAccounts();
    expect([changes, usersIn(store.text)]).toEqual([[], []]);
  });

  test("may exceed its timeout while reading: what it reads comes too late", async () => {
    const stores = createStores();
    const { app, clock } = makeTool(answerForOwner, { requestTimeoutMs: 777, cachePlugin: switchingPlugin(stores) });
    await stores.current.run("ada", () => signIn(app, "ada"));
    const [begun, slow] = [withResolvers<void>(), withResolvers<void>()];
    stores.beforeRead = () => {
      begun.resolve();
      return slow.promise;
    };
    const late = stores.current.run("bob", () => signIn(app, "bob"));
    await begun.promise;
    clock.advance(777);
    expect((await late).homeAccountId).toBe(homeIdOf("bob"));
    stores.beforeRead = () => undefined;
    slow.resolve();
    await new Promise(setImmediate);
    await stores.current.run("cyd", () => signIn(app, "cyd"));
    expect(ownersAndUsers(stores)).toEqual([
      ["ada", ["ada"]],
      ["cyd", ["cyd"]],
    ]);
    const account = await late;
    await stores.current.run("bob", () => app.acquireTokenSilent({ scopes, account }));
    expect(ownersAndUsers(stores)).toContainEqual(["bob", ["bob"]]);
  });
});
