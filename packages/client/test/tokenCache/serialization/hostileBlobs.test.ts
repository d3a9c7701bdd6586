import { describe, expect, test } from "vitest";
import { sha256Sync } from "../../../src/crypto/sha256Sync.ts";
import {
  appTokenEntry,
  changedBlob,
  daemonWith,
  type Entry,
  entriesOf,
  entryOf,
  goldenBlob,
  parseBlob,
  seconds,
  toolWith,
  userTokenEntry,
  withAppToken,
} from "../../support/blobs.ts";
import { clientId, graph, makeDaemon, tenantId } from "../../support/daemon.ts";
import { failureOf } from "../../support/failure.ts";
import { homeAccountId, jwtOf, makeTool } from "../../support/tool.ts";

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const sections = ["Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata"] as const;

describe("an odd entry", () => {
  const invalidValues: readonly (readonly [string, unknown])[] = [
    ["an invalid toString", { toString: "x" }],
    ["an invalid valueOf and toString", { valueOf: 1, toString: null }],
    ["a list", ["a", "b"]],
    ["an object", { a: { b: 1 } }],
    ["null", null],
    ["a prototype", JSON.parse('{"__proto__":{"toString":"x"}}')],
  ];

  test.each(invalidValues)("with %s in its parameters is left over, and the others are read", async (_, invalid) => {
    for (const field of ["additionalCacheKeyComponents", "ext"]) {
      const entry = appTokenEntry({ [field]: { fmi_path: "/a", invalid } });
      const { app } = daemonWith(withAppToken(entry));
      expect((await app.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe("app-token");
      expect(entryOf(app.tokenCache.serialize(), "AccessToken", "other-token")).toEqual(entry);
    }
  });

  test.each(invalidValues)("breaks nothing when any of its fields is %s", async (_, invalid) => {
    const names = new Set(
      sections.flatMap((section) => entriesOf(goldenBlob("msalNode7"), section).flatMap((entry) => Object.keys(entry))),
    );
    const others = [
      "latchkey",
      "ext",
      "additionalCacheKeyComponents",
      "tenantProfiles",
      "cached_at",
      "kid",
      "family_id",
    ];
    for (const name of [...names, ...others]) {
      const text = changedBlob((blob) => {
        for (const section of sections) {
          for (const entry of Object.values({ ...blob[section] })) {
            blob[section]["odd"] = { ...entry, [name]: invalid };
          }
        }
      });
      const { app } = await toolWith(text);
      expect((await daemonWith(text).app.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe("app-token");
      const { userTokens, refreshTokens } = app.tokenCache.statistics;
      expect([userTokens, refreshTokens].every((count) => count > 0)).toBe(true);
      for (const dialect of ["msal-node", "msal-python"] as const) {
        expect(() => app.tokenCache.deserialize(app.tokenCache.serialize({ dialect }))).not.toThrow();
      }
    }
  });

  test("corrupts no one's account when its ID token has claims of odd types", async () => {
    for (const invalid of [{ toString: "x" }, ["a"], 7, null, true]) {
      for (const claim of ["tid", "oid", "preferred_username", "upn", "email", "name", "tfp", "acr", "iss"]) {
        const text = changedBlob(({ IdToken }) => {
          for (const entry of Object.values(IdToken)) {
            entry["secret"] = jwtOf({ sub: "s", [claim]: invalid });
          }
        });
        const { app } = await toolWith(text);
        for (const account of await app.tokenCache.getAllAccounts()) {
          for (const value of Object.values(account)) {
            expect(["string", "undefined"]).toContain(typeof value);
          }
        }
        expect(await app.tokenCache.getAccountsByUsername("nobody")).toEqual([]);
        app.tokenCache.serialize({ dialect: "msal-python" });
      }
    }
  });

  test.each([
    ["cached after its end", { cached_at: seconds(240) }],
    ["with times beyond all calendars", { refresh_on: "1e300", extended_expires_on: 1e20, cached_at: "-1e300" }],
  ])("%s is used no longer than it says", async (_, changes) => {
    const entry = appTokenEntry({ expires_on: seconds(60), ...changes });
    const { app, clock } = daemonWith(withAppToken(entry, { instead: true }));
    clock.advance(60_000);
    expect((await app.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe("token-1");
  });

  test("with a time beyond all calendars yields no invalid date", async () => {
    const { app } = daemonWith(withAppToken(appTokenEntry({ refresh_on: "8640000000001" }), { instead: true }));
    expect((await app.acquireTokenForClient({ scopes: [graph] })).refreshOn).toBeUndefined();
  });

  test("preserves a field that is named like a prototype", async () => {
    const invalid = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":1}}') as Entry;
    const withUnknownField = (entry: Entry): Entry =>
      Object.fromEntries([...Object.entries(entry), ...Object.entries(invalid)]);
    const text = changedBlob((blob) => {
      for (const section of sections) {
        for (const [key, entry] of Object.entries(blob[section])) {
          blob[section][key] = withUnknownField(entry);
        }
      }
      Object.defineProperty(blob, "__proto__", { value: { a: 1 }, enumerable: true });
    });
    const { app } = await toolWith(text);
    const written = app.tokenCache.serialize();
    for (const section of ["Account", "IdToken", "AccessToken", "RefreshToken"] as const) {
      expect(JSON.stringify(entriesOf(written, section))).toContain('"__proto__":{"polluted":1}');
    }
    expect(written).toContain('"__proto__":{"a":1}');
    expect(({} as Entry)["polluted"]).toBeUndefined();
  });
});

describe("an unreadable blob", () => {
  test("changes nothing", async () => {
    const { app } = await toolWith(goldenBlob("msalNode7"));
    const before = app.tokenCache.serialize();
    await failureOf(() => app.tokenCache.deserialize(`{"AccessToken":${nested(3)}`));
    expect(app.tokenCache.serialize()).toBe(before);
  });
});

describe("data nested a hundred thousand levels deep", () => {
  const deep = nested(100_000);

  test.each([
    ["a section", `{"Sessions":${deep}}`],
    ["a known section", `{"AccessToken":${deep}}`],
    ["an entry", `{"AccessToken":{"a":${deep}}}`],
    ["a field of another entry", `{"AccessToken":{"a":{"client_id":"other","x":${deep}}}}`],
    ["a field of an own entry", withAppToken(appTokenEntry({ x: "DEEP" })).replace('"DEEP"', deep)],
    ["an entry's own fields", withAppToken(appTokenEntry({ latchkey: "DEEP" })).replace('"DEEP"', deep)],
    ["an entry's parameters", withAppToken(appTokenEntry({ ext: { x: "DEEP" } })).replace('"DEEP"', deep)],
    [
      "a note on a tenant",
      changedBlob(({ Account }) => {
        for (const entry of Object.values(Account)) {
          entry["tenantProfiles"] = [`{"tenantId":"t","x":${deep}}`];
        }
      }),
    ],
    [
      "an ID token's claim",
      changedBlob(({ IdToken }) => {
        for (const entry of Object.values(IdToken)) {
          entry["secret"] = `e30.${Buffer.from(`{"sub":"s","x":${deep}}`).toString("base64url")}.c2ln`;
        }
      }),
    ],
  ])("is omitted, and the rest is read and written: %s", async (_, text) => {
    const { app } = daemonWith(text);
    for (const dialect of ["msal-node", "msal-python"] as const) {
      const written = app.tokenCache.serialize({ dialect });
      expect(written).not.toContain(nested(1_000));
      app.tokenCache.deserialize(written);
    }
    expect((await app.acquireTokenForClient({ scopes: [graph] })).source).toBe(
      text.includes("app-token") ? "cache" : "network",
    );
  });

  test("is preserved if it is not too deep", () => {
    const { app } = daemonWith(`{"Sessions":${nested(90)}}`);
    expect(app.tokenCache.serialize()).toContain(nested(90));
  });
});

/** Many entries instead of one, by what distinguishes them. */
function many(section: (typeof sections)[number], count: number, changes: (index: number) => Entry): string {
  return changedBlob((blob) => {
    const [entry] = Object.values(blob[section]);
    blob[section] = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`k${index}`, { ...entry, ...changes(index) }]),
    );
  });
}

// These finish within the test's timeout, even on a busy machine, or, if the work is quadratic, long after it.
describe("a user with very many", { timeout: 120_000 }, () => {
  const count = 20_000;
  const tenantOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const both = (text: string) => {
    const { app } = daemonWith(text);
    for (const dialect of ["msal-node", "msal-python"] as const) {
      app.tokenCache.deserialize(app.tokenCache.serialize({ dialect }));
    }
    return app.tokenCache.statistics;
  };

  test("refresh tokens is read and written in all dialects", () => {
    const text = many("RefreshToken", count, (index) => ({ family_id: `f${index}`, secret: `secret-${index}` }));
    expect(both(text)).toMatchObject({ refreshTokens: count, accounts: 1 });
  });

  test("equal keys has keys that stay short", () => {
    const text = many("RefreshToken", 3_000, (index) => ({ family_id: `f${index}`, secret: `secret-${index}` }));
    const keys = Object.keys(
      parseBlob(daemonWith(text).app.tokenCache.serialize({ dialect: "msal-python" })).RefreshToken,
    );
    expect(keys).toHaveLength(3_000);
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(300);
  });

  test("tenants is read and written in all dialects", () => {
    const text = many("AccessToken", count, (index) => userTokenEntry({ realm: tenantOf(index) }));
    expect(both(text)).toMatchObject({ userTokens: count, accounts: 1 });
  });

  test("tenant profiles is read and written in all dialects", () => {
    const text = changedBlob((blob) => {
      blob.IdToken = {};
      blob.AccessToken = {};
      for (const entry of Object.values(blob.Account)) {
        entry["tenantProfiles"] = Array.from({ length: count }, (_, index) =>
          JSON.stringify({ tenantId: tenantOf(index), localAccountId: `u${index}`, username: "u" }),
        );
      }
    });
    expect(both(text)).toMatchObject({ accounts: 1, refreshTokens: 1 });
  });

  test("accounts and entries of the application is read and written in all dialects", () => {
    const text = changedBlob((blob) => {
      const [account] = Object.values(blob.Account);
      for (let index = 0; index < 60_000; index++) {
        blob.Account[`k${index}`] = { ...account, realm: `r${index}` };
        blob.AppMetadata[`k${index}`] = { client_id: clientId, environment: "login.windows.net", family_id: "1" };
      }
    });
    expect(both(text)).toMatchObject({ accounts: 1 });
  });

  test("scopes is read and written in all dialects", () => {
    const target = Array.from({ length: 50_000 }, (_, index) => `scope-${index}`).join(" ");
    expect(both(many("AccessToken", 2, (index) => userTokenEntry({ target: `${target} ${index}` })))).toMatchObject({
      userTokens: 2,
    });
  });
});

describe("many users", () => {
  test("leave at once, with what others store about them", async () => {
    const count = 5_000;
    const text = changedBlob((blob) => {
      const [account] = Object.values(blob.Account);
      for (let index = 0; index < count; index++) {
        const home_account_id = `u${index}.${tenantId}`;
        blob.Account[`a${index}`] = { ...account, home_account_id };
        blob.AccessToken[`own${index}`] = userTokenEntry({ home_account_id });
        blob.AccessToken[`other${index}`] = userTokenEntry({ home_account_id, client_id: "other" });
      }
    });
    const { app } = await toolWith(text);
    await app.tokenCache.clear();
    const written = parseBlob(app.tokenCache.serialize());
    expect(Object.keys(written.AccessToken)).toHaveLength(count);
    expect(Object.keys(written.Account)).toHaveLength(count);
  });
});

describe("tokens with their own parameters", () => {
  const optionsFor = (index: number) => ({ scopes: [graph], extraBodyParameters: { fmi_path: `/${index}` } });

  test("are written by the thousands, wherever they came from", async () => {
    const count = 20_000;
    const { app } = daemonWith(
      many("AccessToken", count, (index) =>
        appTokenEntry({ secret: `token-${index}`, additionalCacheKeyComponents: { fmi_path: `/${index}` } }),
      ),
    );
    const written = app.tokenCache.serialize();
    expect(Object.keys(parseBlob(written).AccessToken)).toHaveLength(count);
    for (let round = 0; round < 2; round++) {
      expect(app.tokenCache.serialize()).toBe(written);
    }
    app.tokenCache.deserialize(app.tokenCache.serialize({ dialect: "msal-python" }));
    expect(await app.acquireTokenForClient(optionsFor(77))).toMatchObject({ accessToken: "token-77", source: "cache" });
  });

  test("have the same hash when they have the same parameters", async () => {
    const { app } = makeDaemon();
    await app.acquireTokenForClient(optionsFor(1));
    await app.acquireTokenForClient({ ...optionsFor(1), scopes: ["api://other/.default"] });
    await app.acquireTokenForClient(optionsFor(2));
    const hashes = entriesOf(app.tokenCache.serialize(), "AccessToken").map((entry) => entry["ext_cache_key"]);
    expect(new Set(hashes).size).toBe(2);
    expect(hashes).toContain(Buffer.from(sha256Sync("8:fmi_path2:/1")).toString("base64url").toLowerCase());
  });
});

describe("a hash of other parameters", () => {
  const optionsFor = (path: string) => ({ scopes: [graph], extraBodyParameters: { fmi_path: path } });
  const hashOf = (path: string): string =>
    Buffer.from(sha256Sync(`8:fmi_path${path.length}:${path}`)).toString("base64url");
  /** A token for one path, whose key and fields contain another's hash. */
  const entryFor = (path: string, hashed: string): [string, Entry] => [
    `-login.windows.net-atext-${clientId}-${tenantId}-${graph}-${hashOf(hashed).toLowerCase()}`,
    appTokenEntry({
      secret: `token for ${path}`,
      additionalCacheKeyComponents: { fmi_path: path },
      ext_cache_key: hashOf(hashed).toLowerCase(),
      ext_cache_key_hash: hashOf(hashed),
    }),
  ];

  test("does not make a token match any but its own parameters", async () => {
    const { app } = daemonWith(JSON.stringify({ AccessToken: Object.fromEntries([entryFor("/a", "/b")]) }));
    expect(await app.acquireTokenForClient(optionsFor("/b"))).toMatchObject({ source: "network" });
    expect(await app.acquireTokenForClient(optionsFor("/a"))).toMatchObject({ accessToken: "token for /a" });
    expect(await app.acquireTokenForClient({ scopes: [graph] })).toMatchObject({ source: "network" });
  });

  test.each(["msal-node", "msal-python"] as const)("is replaced by its own for %s, and no token is lost", (dialect) => {
    const [key, entry] = entryFor("/a", "/b");
    const [, own] = entryFor("/b", "/b");
    const { app } = daemonWith(JSON.stringify({ AccessToken: { [key]: entry, own } }));
    const written = app.tokenCache.serialize({ dialect });
    for (const path of ["/a", "/b"]) {
      expect(entryOf(written, "AccessToken", `token for ${path}`)).toMatchObject({
        additionalCacheKeyComponents: { fmi_path: path },
        ext_cache_key: hashOf(path).toLowerCase(),
        ext_cache_key_hash: hashOf(path),
      });
    }
  });
});

describe("a state that changes while it is read", () => {
  test("is the later one when a listener reads another", async () => {
    const { app } = makeTool();
    app.tokenCache.onChange(({ action }) => {
      if (action === "loaded" && app.tokenCache.statistics.accounts > 0) {
        app.tokenCache.deserialize("{}");
      }
    });
    app.tokenCache.deserialize(goldenBlob("msalNode7"));
    expect(app.tokenCache.statistics).toMatchObject({ accounts: 0, userTokens: 0, refreshTokens: 0 });
    expect(app.tokenCache.serialize()).not.toContain(homeAccountId);
  });
});
