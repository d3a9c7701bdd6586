import type { Account } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import {
  changedBlob,
  daemonWith,
  entriesOf,
  goldenBlob,
  parseBlob,
  seconds,
  userTokenEntry,
} from "../../support/blobs.ts";
import { clientId, tenantId } from "../../support/daemon.ts";
import { idTokenResponse, jwtOf, makeTool } from "../../support/tool.ts";

const scopes = ["User.Read"];
const environment = "login.windows.net";
const count = 5;

const idOf = (index: number): string => `user-${index}.${tenantId}`;

function accountOf(index: number): Account {
  const homeAccountId = idOf(index);
  return { homeAccountId, environment, tenantId, localAccountId: `o${index}`, username: `u${index}`, name: undefined };
}

/** A blob with this many users, each with everything that a sign-in yields. */
function blobOfUsers(change: (blob: ReturnType<typeof parseBlob>) => void = () => {}): string {
  return changedBlob((blob) => {
    const [account] = Object.values(blob.Account);
    const [idToken] = Object.values(blob.IdToken);
    const [refreshToken] = Object.values(blob.RefreshToken);
    Object.assign(blob, { Account: {}, IdToken: {}, AccessToken: {}, RefreshToken: {} });
    for (let index = 0; index < count; index++) {
      const home_account_id = idOf(index);
      const claims = { sub: `s${index}`, oid: `o${index}`, tid: tenantId, preferred_username: `u${index}` };
      blob.Account[`k${index}`] = { ...account, home_account_id };
      blob.IdToken[`k${index}`] = { ...idToken, home_account_id, secret: jwtOf(claims) };
      blob.AccessToken[`k${index}`] = userTokenEntry({ home_account_id, secret: `token-of-${index}` });
      blob.RefreshToken[`k${index}`] = { ...refreshToken, home_account_id, secret: `refresh-of-${index}` };
    }
    change(blob);
  });
}

/** A tool that has read a blob; its service answers a refresh for the owner of the refresh token. */
function reading(text: string) {
  const tool = makeTool(({ form }) => {
    const index = Number(form.get("refresh_token")?.replace(/\D+/, ""));
    const client_info = Buffer.from(JSON.stringify({ uid: `user-${index}`, utid: tenantId })).toString("base64url");
    return idTokenResponse({ sub: `s${index}`, oid: `o${index}` }, index, { client_info });
  });
  tool.app.tokenCache.deserialize(text);
  return tool;
}

describe("users of a blob that have not been looked up yet", () => {
  test("get their own tokens when they come, in any order", async () => {
    const { app, service } = reading(blobOfUsers());
    for (const index of [3, 0, 4, 2, 1, 3]) {
      const { accessToken, account } = await app.acquireTokenSilent({ scopes, account: accountOf(index) });
      expect([accessToken, account?.localAccountId]).toEqual([`token-of-${index}`, `o${index}`]);
    }
    expect(service.requests).toEqual([]);
  });

  test("are counted", () => {
    const { app } = reading(blobOfUsers());
    expect(app.tokenCache.statistics).toMatchObject({ accounts: count, userTokens: count, refreshTokens: count });
  });

  test("keep their order, whoever is looked up first", async () => {
    const { app } = reading(blobOfUsers());
    const untouched = reading(blobOfUsers()).app.tokenCache.serialize();
    await app.acquireTokenSilent({ scopes, account: accountOf(3) });
    const ids = (await app.tokenCache.getAllAccounts()).map(({ homeAccountId }) => homeAccountId);
    expect(ids).toEqual(Array.from({ length: count }, (_, index) => idOf(index)));
    expect(parseBlob(app.tokenCache.serialize())).toEqual(parseBlob(untouched));
  });

  test("are not reported as changes when they are looked up", async () => {
    const { app } = reading(blobOfUsers());
    const notified: unknown[] = [];
    app.tokenCache.onChange((change) => notified.push(change));
    await app.acquireTokenSilent({ scopes, account: accountOf(1) });
    await app.tokenCache.getAllAccounts();
    expect(notified).toEqual([]);
  });

  test("are removed with everything of theirs", async () => {
    const { app, service } = reading(blobOfUsers());
    await app.tokenCache.removeAccount(accountOf(2));
    await expect(app.acquireTokenSilent({ scopes, account: accountOf(2) })).rejects.toMatchObject({
      code: "sign_in_required",
    });
    expect(app.tokenCache.serialize()).not.toContain("of-2");
    expect(app.tokenCache.statistics).toMatchObject({ accounts: count - 1, userTokens: count - 1 });
    await app.tokenCache.clear();
    expect(app.tokenCache.statistics).toMatchObject({ accounts: 0, userTokens: 0, refreshTokens: 0 });
    expect(service.requests).toEqual([]);
  });

  test("are removed when another blob is read", () => {
    const { app } = reading(blobOfUsers());
    app.tokenCache.deserialize("{}");
    expect(app.tokenCache.statistics).toMatchObject({ accounts: 0, userTokens: 0, refreshTokens: 0 });
    expect(app.tokenCache.serialize()).not.toContain("user-");
  });

  test("are not served from the cache after the clock was set back, until a response contains the time", async () => {
    const { app, service, clock } = reading(blobOfUsers());
    const first = await app.acquireTokenSilent({ scopes, account: accountOf(0) });
    clock.advance(-3_600_000);
    // After this one it is known that the service does not send the time.
    await app.acquireTokenSilent({ scopes, account: first.account as Account });
    await app.acquireTokenSilent({ scopes, account: accountOf(1) });
    expect(service.requests).toHaveLength(2);
  });

  test("have their old refresh token replaced by a sign-in", async () => {
    const { app, service } = reading(blobOfUsers());
    await app.acquireTokenSilent({ scopes, account: accountOf(1), forceRefresh: true });
    expect(service.requests[0]?.form.get("refresh_token")).toBe("refresh-of-1");
    const secrets = entriesOf(app.tokenCache.serialize(), "RefreshToken").map(({ secret }) => secret);
    expect(secrets).toHaveLength(count);
    expect(secrets).not.toContain("refresh-of-1");
  });

  test("do not evict the application's own when they are other applications'", () => {
    const text = blobOfUsers((blob) => {
      const [account] = Object.values(blob.Account);
      for (let index = 0; index < 10; index++) {
        blob.Account[`other${index}`] = { ...account, home_account_id: `other-${index}.${tenantId}` };
      }
    });
    const { app } = daemonWith(text, { maxCachedTokens: count });
    expect(app.tokenCache.statistics).toMatchObject({ accounts: count, userTokens: count });
    expect(Object.keys(parseBlob(app.tokenCache.serialize()).Account)).toHaveLength(count + 10);
  });

  test("are not the application's when nothing of theirs can be read", async () => {
    const text = blobOfUsers((blob) => {
      Object.assign(blob, { AccessToken: {}, RefreshToken: {} });
      for (const entry of Object.values(blob.IdToken)) {
        entry["secret"] = "no token";
      }
    });
    const { app } = reading(text);
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
    expect(app.tokenCache.statistics.accounts).toBe(0);
    const { Account, IdToken } = parseBlob(app.tokenCache.serialize());
    expect({ Account, IdToken }).toEqual({ Account: parseBlob(text).Account, IdToken: parseBlob(text).IdToken });
  });

  test("are known though their only token has expired", async () => {
    const text = blobOfUsers((blob) => {
      Object.assign(blob, { IdToken: {}, RefreshToken: {} });
      for (const entry of Object.values(blob.AccessToken)) {
        entry["expires_on"] = seconds(-1);
      }
    });
    const { app } = reading(text);
    expect(await app.tokenCache.getAllAccounts()).toHaveLength(count);
    expect(app.tokenCache.statistics.userTokens).toBe(0);
  });
});

describe("a section that is an array", () => {
  test("is read, and what is not the application's is preserved", () => {
    const text = changedBlob((blob) => {
      blob.AccessToken["theirs"] = userTokenEntry({ client_id: "other", secret: "theirs" });
      Object.assign(blob, { AccessToken: Object.values(blob.AccessToken) });
    });
    const { app } = daemonWith(text);
    expect(app.tokenCache.statistics).toMatchObject({ appTokens: 1, userTokens: 1 });
    const secrets = entriesOf(app.tokenCache.serialize(), "AccessToken").map(({ secret }) => secret);
    expect(secrets.sort()).toEqual(
      [...entriesOf(goldenBlob("msalNode7"), "AccessToken").map(({ secret }) => secret), "theirs"].sort(),
    );
  });

  test("is an object without entries when it is empty", () => {
    const { app } = daemonWith(JSON.stringify({ AccessToken: [], Account: [] }));
    expect(parseBlob(app.tokenCache.serialize())).toMatchObject({ AccessToken: {}, Account: {} });
    expect(app.tokenCache.serialize()).not.toContain(clientId);
  });
});
