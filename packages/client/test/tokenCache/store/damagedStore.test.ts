import { type AuthError, CacheError, type CachePlugin } from "@latchkey/client";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changedBlob, entriesOf, goldenBlob, goldenBlobs, parseBlob } from "../../support/blobs.ts";
import { graph, makeDaemon } from "../../support/daemon.ts";
import { authErrorOf } from "../../support/failure.ts";
import { memoryStore } from "../../support/memoryStore.ts";
import { makeTool } from "../../support/tool.ts";

const scopes = [graph];
const good = goldenBlob("msalNode7");
const damaged = good.slice(0, -40);

/** A daemon whose store contains a text; without a logger by default. */
function daemonOver(text: string, options: Parameters<typeof makeDaemon>[1] = {}) {
  const store = Object.assign(memoryStore(), { text });
  return { ...makeDaemon(undefined, { cachePlugin: store, logger: undefined, ...options }), store };
}

function failureOf(text: string): AuthError {
  try {
    makeDaemon().app.tokenCache.deserialize(text);
  } catch (error) {
    return error as AuthError;
  }
  throw new Error("It was read.");
}

const { warn } = console;
let warned: unknown[][];
beforeEach(() => {
  warned = [];
  console.warn = (...words: unknown[]) => void warned.push(words);
});
afterEach(() => {
  console.warn = warn;
});

/** What untyped stores return instead of a string. */
const bytes = new TextEncoder().encode(good);
const invalidValues: readonly (readonly [string, unknown])[] = [
  ["an object with an invalid toString", { toString: "x" }],
  ["an object whose toString throws", { toString: () => assertNever() }],
  ["an object without a prototype", Object.create(null)],
  ["a proxy without answers", new Proxy({}, { get: assertNever, getPrototypeOf: assertNever })],
  ["a symbol", Symbol("x")],
  ["a number", 42n],
  ["a list", [good]],
  ["a text in an object", new String(good)],
  ["a function", () => good],
];

function assertNever(): never {
  throw new TypeError("It was asked.");
}

describe("what is not text", () => {
  test.each(invalidValues)("is refused by deserialize: %s", async (_, invalid) => {
    const { app } = makeDaemon();
    app.tokenCache.deserialize(good);
    expect(await authErrorOf(() => app.tokenCache.deserialize(invalid as string))).toBeInstanceOf(CacheError);
    expect(app.tokenCache.statistics.appTokens).toBe(1);
  });

  test.each(invalidValues)("is damage when a plugin returns it: %s", async (_, invalid) => {
    const { app, store } = daemonOver(good);
    let refused: unknown;
    store.beforeCacheAccess = async ({ tokenCache }) => {
      refused = await authErrorOf(() => tokenCache.deserialize(invalid as string));
      throw refused;
    };
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("network");
    expect(refused).toBeInstanceOf(CacheError);
    expect(store.text).toBe(good);
  });

  test.each([
    ["an array of bytes", bytes],
    ["a view of a buffer", new DataView(bytes.buffer)],
    ["Node's own kind", Buffer.from(good)],
  ])("is read all the same when it is the bytes of a text: %s", async (_, given) => {
    const { app, store } = daemonOver(good);
    store.beforeCacheAccess = ({ tokenCache }) => tokenCache.deserialize(given as unknown as string);
    expect((await app.acquireTokenForClient({ scopes })).source).toBe("cache");
    app.tokenCache.deserialize(given as unknown as string);
    expect(app.tokenCache.statistics).toMatchObject({ appTokens: 1, pluginFailures: 0 });
  });
});

describe("an undamaged text", () => {
  test.each([
    ["nothing", ""],
    ["blanks", "  \t \r\n\n"],
    ["a byte order mark alone", "\uFEFF"],
    ["a byte order mark and blanks", "\uFEFF \n"],
    ["no-break spaces", "\u00A0\u00A0"],
  ])("is an empty cache: %s", async (_, text) => {
    const { app, store } = daemonOver(text);
    await app.acquireTokenForClient({ scopes });
    expect(entriesOf(store.text, "AccessToken")).toHaveLength(1);
    expect(app.tokenCache.statistics.pluginFailures).toBe(0);
    app.tokenCache.deserialize(text);
    expect(app.tokenCache.statistics.appTokens).toBe(0);
    expect(warned).toEqual([]);
  });

  test.each([
    ["a byte order mark before it", `\uFEFF${good}`],
    ["blanks around it", `\r\n ${good}\n\n`],
    ["both", `\uFEFF\n${good}\n`],
    ["a byte order mark before an empty object", "\uFEFF{}"],
  ])("is read with %s", async (_, text) => {
    const { app } = daemonOver(text);
    await app.tokenCache.getAllAccounts();
    const { appTokens, accounts, pluginFailures } = app.tokenCache.statistics;
    expect([appTokens, accounts, pluginFailures]).toEqual(text.includes("app-token") ? [1, 1, 0] : [0, 0, 0]);
  });
});

describe("a damaged text", () => {
  test.each([
    ["truncated", damaged, /: Unterminated string in JSON at position \d+\.$/],
    ["that begins otherwise", "canary", /expected "\{" at position 0\.$/],
    ["of another kind", ' ["canary"]', /expected "\{" at position 1\.$/],
    ["of zeros, as a crash leaves it", "\0".repeat(64), /expected "\{" at position 0\.$/],
    ["with something behind it", `${good}canary`, /after JSON at position \d+\.$/],
    ["with a word in it", '{"canary":canary}', /no more JSON after part of its 17 characters\.$/],
    [
      "that would add to the reason",
      '{"a":canary JSON at position 5}',
      /no more JSON after part of its 31 characters\.$/,
    ],
    ["that ends in a word", '{"canary":tru', /no more JSON after part of its 13 characters\.$/],
  ])("%s is refused with what was expected, and where", (_, text, reason) => {
    const error = failureOf(text);
    expect(error).toBeInstanceOf(CacheError);
    expect(error.message).toMatch(reason);
    expect(error.message).not.toContain("canary");
    expect(error.remedy).toContain("tokenCache.clear()");
  });

  test("is never quoted, however it is damaged", () => {
    const texts = goldenBlobs.map(goldenBlob);
    const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    const insertion = fc.oneof(
      fc.string(),
      fc.constantFrom('"', "\\", "{", "}", "\0", '" in JSON at position 5', "Expected ' JSON at position 5"),
    );
    fc.assert(
      fc.property(fc.constantFrom(...texts), place, place, insertion, (text, from, to, put) => {
        const [a, b] = [from, to].map((share) => Math.floor(share * text.length)).sort((x, y) => x - y);
        const damagedText = text.slice(0, a) + put + text.slice(b);
        try {
          makeDaemon().app.tokenCache.deserialize(damagedText);
        } catch (error) {
          const { message, cause } = error as AuthError;
          const [, reason] = /JSON object: (.*)\.$/s.exec(message) ?? [];
          expect(cause).toBeUndefined();
          expect(reason).toMatch(
            /^(expected "\{" at position \d+|no more JSON after part of its \d+ characters|[A-Z][A-Za-z' ,:}\]-]+ JSON at position \d+)$/,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  test("in a store is reported once without a logger, with its reason and nothing secret", async () => {
    const { app, store } = daemonOver(damaged);
    for (let round = 0; round < 3; round++) {
      await app.acquireTokenForClient({ scopes });
    }
    expect(warned).toHaveLength(1);
    expect(warned[0]).toEqual([
      expect.objectContaining({
        code: "cache_error",
        reason: expect.stringMatching(/position \d+/),
        remedy: expect.stringContaining("tokenCache.clear()"),
      }),
      "the token cache's store is damaged; tokens are kept in memory only",
    ]);
    expect(JSON.stringify(warned)).not.toMatch(/token-1|app-token|user-token|refresh-token/);
    expect(store.text).toBe(damaged);
    expect(app.tokenCache.statistics.pluginFailures).toBe(4);
  });

  test("in a store is reported once to the logger, if there is one, and only there", async () => {
    const warnings: unknown[] = [];
    const nothing = (): void => {};
    const warn = (fields: object): void => void warnings.push(fields);
    const { app } = daemonOver(damaged, { logger: { debug: nothing, info: nothing, warn, error: nothing } });
    for (let round = 0; round < 3; round++) {
      await app.acquireTokenForClient({ scopes });
    }
    expect(warnings).toEqual([
      expect.objectContaining({ code: "cache_error", reason: expect.stringMatching(/position/) }),
    ]);
    expect(warned).toEqual([]);
  });

  test("in a store is reported again when it was repaired and is damaged again", async () => {
    const { app, store } = daemonOver(damaged);
    await app.acquireTokenForClient({ scopes });
    store.text = good;
    await app.tokenCache.getAllAccounts();
    store.text = damaged;
    await app.tokenCache.getAllAccounts();
    store.text = "other damage";
    await app.tokenCache.getAllAccounts();
    expect(warned.map(([fields]) => (fields as { reason: string }).reason.slice(-32))).toHaveLength(3);
  });

  test("in a store does not silence other failures, which are reported only to a logger", async () => {
    const { app, store } = daemonOver(good);
    store.beforeRead = () => Promise.reject(new Error("canary"));
    await app.acquireTokenForClient({ scopes });
    expect(warned).toEqual([]);
    expect(app.tokenCache.statistics.pluginFailures).toBe(2);
  });

  test("in a store is left as it is by writing and by removing tokens", async () => {
    const { app, store } = daemonOver(damaged);
    await app.acquireTokenForClient({ scopes });
    const error = await authErrorOf(app.tokenCache.removeAppTokens());
    expect(error).toBeInstanceOf(CacheError);
    expect(error.message).toMatch(/position \d+/);
    expect(error.remedy).toContain("tokenCache.clear()");
    expect(store.text).toBe(damaged);
    expect(store.calls).not.toContain("write");
  });

  test("in a store is fixed by clear, which overwrites it with an empty cache", async () => {
    const { app, store } = daemonOver(damaged);
    await app.acquireTokenForClient({ scopes });
    await app.tokenCache.clear();
    expect(Object.values(parseBlob(store.text)).flatMap(Object.values)).toEqual([]);
    expect((await app.acquireTokenForClient({ scopes })).accessToken).toBe("token-2");
    expect(entriesOf(store.text, "AccessToken")).toMatchObject([{ secret: "token-2" }]);
    expect(app.tokenCache.statistics.pluginFailures).toBe(2);
  });

  test("in a store is fixed by clear in a new process too", async () => {
    const { app, store } = daemonOver("canary");
    await app.tokenCache.clear();
    expect(parseBlob(store.text).AccessToken).toEqual({});
  });

  test("in a store that cannot be read is not cleared unseen", async () => {
    const { app, store } = daemonOver(damaged);
    await app.acquireTokenForClient({ scopes });
    store.beforeRead = () => Promise.reject(new Error("away"));
    expect(await authErrorOf(app.tokenCache.clear())).toBeInstanceOf(CacheError);
    expect(store.text).toBe(damaged);
  });

  test("that a plugin keeps from its file counts too: MSAL's keeps it", async () => {
    const cachePlugin: CachePlugin & { currentCache?: string; text: string; lockFilePath: string } = {
      text: "canary",
      lockFilePath: "x.lockfile",
      beforeCacheAccess({ tokenCache }) {
        if (cachePlugin.currentCache !== undefined) {
          return;
        }
        cachePlugin.currentCache = cachePlugin.text;
        tokenCache.deserialize(cachePlugin.text);
      },
      afterCacheAccess({ cacheHasChanged, tokenCache }) {
        if (!cacheHasChanged) {
          return;
        }
        cachePlugin.currentCache = tokenCache.serialize();
        cachePlugin.text = cachePlugin.currentCache;
      },
    };
    const { app } = makeTool(undefined, { cachePlugin });
    await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
    await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
    expect(cachePlugin.text).toBe("canary");
    await app.tokenCache.clear();
    expect(parseBlob(cachePlugin.text).RefreshToken).toEqual({});
  });

  test("that a plugin replaces with another copy is not reported", async () => {
    const copy = changedBlob(() => undefined);
    const { app } = makeDaemon(undefined, {
      logger: undefined,
      cachePlugin: {
        beforeCacheAccess({ tokenCache }) {
          try {
            tokenCache.deserialize(damaged);
          } catch {
            tokenCache.deserialize(copy);
          }
        },
        afterCacheAccess() {
          throw new Error("away");
        },
      },
    });
    expect((await app.acquireTokenForClient({ scopes })).accessToken).toBe("app-token");
    expect(app.tokenCache.statistics.pluginFailures).toBe(1);
    expect(warned).toEqual([]);
  });
});
