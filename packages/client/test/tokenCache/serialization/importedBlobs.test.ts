import { CacheError } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import {
  appTokenEntry,
  type Blob,
  changedBlob,
  daemonWith,
  entriesOf,
  entryOf,
  goldenBlob,
  goldenBlobs,
  parseBlob,
  toolWith,
  userTokenEntry,
} from "../../support/blobs.ts";
import { graph, tenantId } from "../../support/daemon.ts";
import { authErrorOf } from "../../support/failure.ts";
import { testStart } from "../../support/manualClock.ts";
import { homeAccountId, userId } from "../../support/tool.ts";

const scopes = ["User.Read"];

describe.each(goldenBlobs)("a blob by %s", (name) => {
  test("serves the application and its user without a request", async () => {
    const { app, service } = daemonWith(goldenBlob(name));
    const appToken = await app.acquireTokenForClient({ scopes: [graph] });
    expect(appToken).toMatchObject({
      accessToken: "app-token",
      source: "cache",
      expiresOn: new Date(testStart + 3_540_000),
    });
    const { app: tool, account, service: toolService } = await toolWith(goldenBlob(name));
    expect(account).toEqual({
      homeAccountId,
      environment: "login.windows.net",
      tenantId,
      localAccountId: userId,
      subject: expect.any(String),
      username: "grace@contoso.example",
      name: "Grace Hopper",
    });
    const userToken = await tool.acquireTokenSilent({ scopes, account });
    expect(userToken).toMatchObject({ accessToken: "user-token", source: "cache", account, tenantId });
    expect(userToken.idTokenClaims?.oid).toBe(userId);
    expect([...service.requests, ...toolService.requests]).toEqual([]);
  });

  test("contains the refresh token", async () => {
    const { app, account, service } = await toolWith(goldenBlob(name));
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    expect(service.requests[0]?.form.get("refresh_token")).toBe("refresh-token");
  });

  test("keeps every field that its library put there", () => {
    const blob = goldenBlob(name);
    const { app } = daemonWith(blob);
    for (const dialect of ["msal-node", "msal-python"] as const) {
      const written = app.tokenCache.serialize({ dialect });
      for (const section of ["AccessToken", "RefreshToken", "IdToken"] as const) {
        for (const { home_account_id, environment, realm, target, token_type, ...entry } of entriesOf(blob, section)) {
          expect(entryOf(written, section, String(entry["secret"]))).toMatchObject(entry);
        }
      }
      const { environment, ...account } = entriesOf(blob, "Account")[0] ?? {};
      expect(entriesOf(written, "Account")).toMatchObject([account]);
    }
  });

  test("is read the same under any keys", async () => {
    const renamed = changedBlob((blob) => {
      for (const [section, entries] of Object.entries(blob)) {
        blob[section as keyof Blob] = Object.fromEntries(
          Object.values(entries).map((entry, index) => [`k${index}`, entry]),
        );
      }
    }, name);
    const written = (text: string) => parseBlob(daemonWith(text).app.tokenCache.serialize());
    // Entries that are not the application's stay under their key.
    const byEntry = ({ AccessToken, ...blob }: Blob) => ({ ...blob, AccessToken: new Set(Object.values(AccessToken)) });
    expect(byEntry(written(renamed))).toEqual(byEntry(written(goldenBlob(name))));
    const { app, account } = await toolWith(renamed);
    expect(await app.acquireTokenSilent({ scopes, account })).toMatchObject({ accessToken: "user-token" });
  });
});

describe("the parts of a blob that are not the application's", () => {
  test("survive reading and writing: sections, fields, and entries of others", async () => {
    const text = changedBlob((blob) => {
      for (const entries of Object.values(blob)) {
        for (const entry of Object.values(entries)) {
          entry["later"] = { x: [1] };
        }
      }
      Object.assign(blob, { Sessions: { a: { b: 1 } }, version: 9 });
      blob.AccessToken["theirs"] = appTokenEntry({ client_id: "other" });
      blob.AccessToken["elsewhere"] = appTokenEntry({ environment: "login.microsoftonline.us" });
      blob.RefreshToken["theirs"] = { ...Object.values(blob.RefreshToken)[0], client_id: "other", secret: "theirs" };
      blob.AppMetadata["theirs"] = { client_id: "other", environment: "login.windows.net" };
      Object.assign(blob.IdToken, { none: null, list: [] });
    });
    const { app, account } = await toolWith(text);
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    const written = parseBlob(app.tokenCache.serialize());
    expect(written).toMatchObject({ Sessions: { a: { b: 1 } }, version: 9 });
    const before = parseBlob(text);
    for (const [section, keys] of [
      ["AccessToken", ["theirs", "elsewhere"]],
      ["RefreshToken", ["theirs"]],
      ["AppMetadata", ["theirs"]],
      ["IdToken", ["none", "list"]],
    ] as const) {
      for (const key of keys) {
        expect(written[section][key]).toEqual(before[section][key]);
      }
    }
    expect(Object.values(written.Account)).toMatchObject([{ later: { x: [1] } }]);
    expect(Object.values(written.IdToken)).toContainEqual(expect.objectContaining({ later: { x: [1] } }));
    expect(entryOf(JSON.stringify(written), "AccessToken", "app-token")).toMatchObject({ later: { x: [1] } });
    // This one is new.
    expect(entryOf(JSON.stringify(written), "AccessToken", "token-1")).not.toHaveProperty("later");
  });

  test("are removed when another state is read instead", () => {
    const { app } = daemonWith(
      changedBlob((blob) => {
        blob.AccessToken["theirs"] = appTokenEntry({ client_id: "other" });
        Object.assign(blob, { Sessions: {} });
      }),
    );
    app.tokenCache.deserialize(goldenBlob("msalNode7"));
    expect(app.tokenCache.serialize()).toBe(daemonWith(goldenBlob("msalNode7")).app.tokenCache.serialize());
  });

  test("stay beside the application's own under the same key: on-behalf-of tokens have the keys of users' tokens", async () => {
    const { app, account } = await toolWith(goldenBlob("msalNode7"));
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    const own = parseBlob(app.tokenCache.serialize());
    const hash = { userAssertionHash: "h", secret: "on-behalf-of" };
    for (const section of ["AccessToken", "IdToken", "RefreshToken"] as const) {
      for (const entry of Object.values(own[section])) {
        Object.assign(entry, hash);
      }
    }
    const { app: other } = await toolWith(JSON.stringify(own));
    await other.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    const both = parseBlob(other.tokenCache.serialize());
    for (const section of ["AccessToken", "IdToken", "RefreshToken"] as const) {
      expect(both[section]).toMatchObject(own[section]);
      expect(Object.values(both[section]).length).toBeGreaterThan(Object.values(own[section]).length);
    }
  });

  test("stay under their key when the application's own are removed", async () => {
    const theirs = userTokenEntry({ client_id: "other" });
    const { app, account } = await toolWith(changedBlob(({ AccessToken }) => Object.assign(AccessToken, { theirs })));
    await app.tokenCache.removeAccount(account);
    await app.tokenCache.removeAppTokens();
    const written = parseBlob(app.tokenCache.serialize());
    expect(written).toMatchObject({ AccessToken: { theirs }, IdToken: {}, RefreshToken: {} });
    // Otherwise the other application could not find the user.
    expect(Object.values(written.Account)).toMatchObject([{ home_account_id: homeAccountId }]);
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
    app.tokenCache.deserialize(JSON.stringify(written));
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
  });

  test("do not contain a removed user of whom no one else has a token", async () => {
    const { app, account } = await toolWith(
      changedBlob(({ AccessToken }) => Object.assign(AccessToken, { obo: userTokenEntry({ userAssertionHash: "h" }) })),
    );
    await app.tokenCache.removeAccount(account);
    expect(app.tokenCache.serialize()).not.toContain(userId);
  });
});

describe("text that is not a blob", () => {
  test.each(["secret-token", "[]", "1", '"secret-token"', "{", "null"])("is refused: %s", async (text) => {
    const { app } = daemonWith(goldenBlob("msalNode7"));
    const before = app.tokenCache.serialize();
    const error = await authErrorOf(() => app.tokenCache.deserialize(text));
    expect(error).toBeInstanceOf(CacheError);
    expect(error.code).toBe("cache_error");
    // The parser's own error quotes the text.
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain("secret");
    expect(app.tokenCache.serialize()).toBe(before);
  });

  test.each([[""], [undefined], [null]])("stands for an empty cache when it is %j", (text) => {
    const { app } = daemonWith(goldenBlob("msalNode7"));
    app.tokenCache.deserialize(text as string);
    expect(app.tokenCache.statistics).toMatchObject({ appTokens: 0, userTokens: 0, accounts: 0, refreshTokens: 0 });
  });

  test("may have sections and entries of any shape", () => {
    for (const invalid of [null, 1, "x", [], [1], { a: null }, { a: 1 }, { a: [] }, { a: {} }]) {
      for (const section of ["Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata"]) {
        const { app } = daemonWith(JSON.stringify({ [section]: invalid }));
        expect(app.tokenCache.statistics).toMatchObject({ appTokens: 0, accounts: 0 });
        app.tokenCache.deserialize(app.tokenCache.serialize());
      }
    }
  });
});
