import type { Account } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import {
  appTokenEntry,
  changedBlob,
  daemonWith,
  entriesOf,
  goldenBlob,
  parseBlob,
  seconds,
} from "../../support/blobs.ts";
import { clientId, graph, makeDaemon, tenantId } from "../../support/daemon.ts";
import { authErrorOf } from "../../support/failure.ts";
import { token } from "../../support/scriptedService.ts";
import { homeAccountId, idTokenResponse, makeTool, userId } from "../../support/tool.ts";

const scopes = ["User.Read"];
const otherTenant = "99999999-0000-4000-8000-000000000000";
const correlationId = "c0c0c0c0-0000-4000-8000-000000000007";
const claimsFromClient = '{"access_token":{"a":null}}';

/** What a daemon and a tool write after acquiring one token each. */
async function written(dialect?: "msal-node" | "msal-python") {
  const daemon = makeDaemon(() => token(1, { refresh_in: 1_800 }));
  await daemon.app.acquireTokenForClient({ scopes: [graph], correlationId });
  const tool = makeTool();
  const { idToken } = await tool.app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes, correlationId });
  return {
    app: parseBlob(daemon.app.tokenCache.serialize({ dialect })),
    user: parseBlob(tool.app.tokenCache.serialize({ dialect })),
    idToken,
  };
}

/** Our own field; it contains the requested scopes if the target differs. */
function latchkey(fields: { readonly asked?: string } = {}) {
  return { cached_at: seconds(0), ...fields, correlation_id: correlationId };
}

describe("what is written for MSAL Node", () => {
  const environment = "login.windows.net";
  const person = `${homeAccountId}-${environment}`;

  test("has its keys and its fields for an app token, times as decimal strings", async () => {
    const { app } = await written();
    expect(app).toEqual({
      Account: {},
      IdToken: {},
      AccessToken: {
        [`-${environment}-accesstoken-${clientId}-${tenantId}-${graph}-`]: {
          home_account_id: "",
          environment,
          credential_type: "AccessToken",
          client_id: clientId,
          secret: "token-1",
          realm: tenantId,
          target: graph,
          cached_at: seconds(0),
          expires_on: seconds(3_599),
          refresh_on: seconds(1_800),
          token_type: "Bearer",
          latchkey: latchkey(),
        },
      },
      RefreshToken: {},
      AppMetadata: {},
    });
  });

  test("has its keys and its fields for a user", async () => {
    const { user, idToken } = await written("msal-node");
    const common = { home_account_id: homeAccountId, environment, client_id: clientId };
    const { tenantProfiles, ...account } = user.Account[`${person}-${tenantId}`] ?? {};
    expect((tenantProfiles as string[]).map((text) => JSON.parse(text))).toEqual([
      {
        tenantId,
        localAccountId: userId,
        name: "Grace Hopper",
        username: "grace@contoso.example",
        isHomeTenant: true,
      },
    ]);
    expect({ ...user, Account: account }).toEqual({
      Account: {
        home_account_id: homeAccountId,
        environment,
        realm: tenantId,
        local_account_id: userId,
        username: "grace@contoso.example",
        authority_type: "MSSTS",
        name: "Grace Hopper",
      },
      IdToken: {
        [`${person}-idtoken-${clientId}-${tenantId}--`]: {
          ...common,
          credential_type: "IdToken",
          secret: idToken,
          realm: tenantId,
        },
      },
      AccessToken: {
        [`${person}-accesstoken-${clientId}-${tenantId}-user.read profile openid email-`]: {
          ...common,
          credential_type: "AccessToken",
          secret: "token-1",
          realm: tenantId,
          target: "User.Read profile openid email",
          cached_at: seconds(0),
          expires_on: seconds(3_599),
          token_type: "Bearer",
          latchkey: latchkey({ asked: "user.read" }),
        },
      },
      RefreshToken: {
        [`${person}-refreshtoken-${clientId}---`]: {
          ...common,
          credential_type: "RefreshToken",
          secret: "refresh-1",
          last_modification_time: seconds(0),
        },
      },
      AppMetadata: {},
    });
  });

  test("contains the family of a refresh token", async () => {
    const response = { foci: "1", refresh_token: "family", refresh_token_expires_in: 86_400 };
    const { app } = makeTool(() => idTokenResponse({}, 1, response));
    await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    const { RefreshToken, AppMetadata } = parseBlob(app.tokenCache.serialize());
    expect(RefreshToken).toEqual({
      [`${person}-refreshtoken-1---`]: expect.objectContaining({
        client_id: clientId,
        family_id: "1",
        secret: "family",
        expires_on: seconds(86_400),
      }),
    });
    expect(AppMetadata).toEqual({
      [`appmetadata-${environment}-${clientId}`]: { client_id: clientId, environment, family_id: "1" },
    });
  });

  test("has one token if two are interchangeable, the one that expires last: it uses neither if it finds two", async () => {
    const responses = [
      { scope: "A B" },
      { scope: "B C" },
      { scope: "C A" },
      { scope: "A openid", expires_in: 9_000 },
      { scope: "D E", expires_in: 7_000 },
      { scope: "E D profile", expires_in: 8_000 },
    ];
    const { app } = makeTool((_, index) => idTokenResponse({}, index, responses[index - 1]));
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: [] });
    for (const scope of ["a", "b", "c", "a2", "d", "e"]) {
      await app.acquireTokenSilent({ scopes: [scope], account: account as Account, forceRefresh: true });
    }
    const targets = entriesOf(app.tokenCache.serialize(), "AccessToken").map(({ target }) => target);
    // No single one has what "C A" has; "A openid" expires after "A B", which has more.
    const own = ["A B", "B C", "C A", "A openid", "E D profile"];
    expect(targets.filter((target) => own.includes(String(target))).sort()).toEqual(own.sort());
    expect(targets).not.toContain("D E");
  });

  test("has the account of the home tenant, with the profiles of others", async () => {
    const guest = {
      iss: `https://login.microsoftonline.com/${otherTenant}/v2.0`,
      tid: otherTenant,
      oid: "guest",
      preferred_username: "g@guests.example",
    };
    const { app } = makeTool((_, index) => idTokenResponse(index === 0 ? guest : {}, index + 1));
    const options = { refreshToken: "rt", scopes };
    await app.acquireTokenByRefreshToken({ ...options, tenantId: otherTenant });
    const [guestOnly] = entriesOf(app.tokenCache.serialize(), "Account");
    expect(guestOnly).toMatchObject({ realm: tenantId, local_account_id: userId });
    await app.acquireTokenByRefreshToken(options);
    const noted = changedBlob((blob) => {
      Object.assign(blob, parseBlob(app.tokenCache.serialize()));
      for (const entry of Object.values(blob.Account)) {
        const notes = (entry["tenantProfiles"] as string[]).map((text) => ({ ...JSON.parse(text), loginHint: "hint" }));
        entry["tenantProfiles"] = [...notes, { tenantId: "third" }].map((note) => JSON.stringify(note));
      }
    });
    const [account] = entriesOf(daemonWith(noted).app.tokenCache.serialize(), "Account");
    expect(account).toMatchObject({ realm: tenantId, local_account_id: userId, username: "grace@contoso.example" });
    expect((account as { tenantProfiles: string[] }).tenantProfiles.map((text) => JSON.parse(text))).toMatchObject([
      { tenantId: otherTenant, localAccountId: "guest", isHomeTenant: false, loginHint: "hint" },
      { tenantId, localAccountId: userId, isHomeTenant: true, loginHint: "hint" },
      { tenantId: "third" },
    ]);
  });
});

describe("what is written for MSAL Python", () => {
  const environment = "login.microsoftonline.com";
  const person = `${homeAccountId}-${environment}`;

  test("has its keys, hosts and nulls", async () => {
    const { app, user } = await written("msal-python");
    const appKey = `-${environment}-accesstoken-${clientId}-${tenantId}-${graph}`;
    expect(Object.keys(app.AccessToken)).toEqual([appKey]);
    expect(app.AccessToken[appKey]).toMatchObject({ home_account_id: null, environment });
    const sorted = "User.Read email openid profile";
    const userKey = `${person}-accesstoken-${clientId}-${tenantId}-${sorted.toLowerCase()}`;
    expect(user.AccessToken).toEqual({ [userKey]: expect.objectContaining({ target: sorted, environment }) });
    expect(Object.keys(user.RefreshToken)).toEqual([`${person}-refreshtoken-${clientId}--`]);
    expect(Object.keys(user.IdToken)).toEqual([`${person}-idtoken-${clientId}-${tenantId}-`]);
    expect(Object.keys(user.Account)).toEqual([`${person}-${tenantId}`]);
    for (const { AppMetadata } of [app, user]) {
      const key = `appmetadata-${environment}-${clientId}`;
      expect(AppMetadata).toEqual({ [key]: { client_id: clientId, environment } });
    }
  });
});

describe("a token with extra parameters", () => {
  // Known from MSAL Node, Go and Python themselves.
  const hashes = {
    "msal-node": "-vj5ysj5aa3ndqw9qxqnbdqr1ohysszqbiuo3ho-x8sk",
    "msal-python": "-4yc9gtrumtguz35rrtruecxci9zyg4wz9nghjcn--q4",
  } as const;

  test.each(["msal-node", "msal-python"] as const)("is written for %s under their hash", async (dialect) => {
    const { app } = makeDaemon();
    await app.acquireTokenForClient({ scopes: [graph], extraBodyParameters: { fmi_path: "/a" } });
    const { AccessToken } = parseBlob(app.tokenCache.serialize({ dialect }));
    const [[key, entry] = []] = Object.entries(AccessToken);
    expect(key?.endsWith(hashes[dialect])).toBe(true);
    expect(entry).toMatchObject({
      credential_type: "AccessToken",
      additionalCacheKeyComponents: { fmi_path: "/a" },
      ext_cache_key: hashes["msal-python"].slice(1),
    });
  });

  test("is written beside the plain one, and neither is lost", async () => {
    const { app } = makeDaemon();
    const plain = await app.acquireTokenForClient({ scopes: [graph] });
    const special = await app.acquireTokenForClient({ scopes: [graph], claimsFromClient });
    for (const dialect of ["msal-node", "msal-python"] as const) {
      const other = daemonWith(app.tokenCache.serialize({ dialect })).app;
      expect((await other.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe(plain.accessToken);
      const again = await other.acquireTokenForClient({ scopes: [graph], claimsFromClient });
      expect(again.accessToken).toBe(special.accessToken);
    }
  });
});

describe("what is written", () => {
  test("is the same each time while nothing changes", async () => {
    const { app, clock } = makeDaemon();
    await app.acquireTokenForClient({ scopes: [graph] });
    const text = app.tokenCache.serialize();
    clock.advance(60_000);
    expect(app.tokenCache.serialize()).toBe(text);
    app.tokenCache.deserialize(text);
    expect(app.tokenCache.serialize()).toBe(text);
  });

  test("converts what was read from one dialect into the other, and back", () => {
    const { app } = daemonWith(goldenBlob("msalPython"));
    const node = app.tokenCache.serialize();
    app.tokenCache.deserialize(node);
    const python = parseBlob(app.tokenCache.serialize({ dialect: "msal-python" }));
    const before = parseBlob(goldenBlob("msalPython"));
    for (const section of ["AccessToken", "Account", "IdToken", "AppMetadata"] as const) {
      expect(Object.keys(python[section]).sort()).toEqual(Object.keys(before[section]).sort());
      for (const [key, entry] of Object.entries(before[section])) {
        expect(python[section][key]).toMatchObject(entry);
      }
    }
  });

  test("has every time as a decimal string, though it was read as a number", () => {
    const numbers = {
      cached_at: Number(seconds(-1)),
      expires_on: Number(seconds(60)),
      extended_expires_on: 2_000_000_000,
    };
    const text = changedBlob((blob) => {
      blob.AccessToken = { a: appTokenEntry(numbers) };
    });
    expect(entriesOf(daemonWith(text).app.tokenCache.serialize(), "AccessToken")).toMatchObject([
      { cached_at: seconds(-1), expires_on: seconds(60), extended_expires_on: "2000000000" },
    ]);
  });

  test("does not contain what has expired since", async () => {
    const { app, clock } = makeTool(() => idTokenResponse({}, 1, { refresh_token_expires_in: 3_600 }));
    await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    clock.advance(3_600_000);
    const { AccessToken, RefreshToken } = parseBlob(app.tokenCache.serialize());
    expect([AccessToken, RefreshToken]).toEqual([{}, {}]);
  });

  test("omits the correlation id of a token that another library has replaced", async () => {
    const { app } = await written();
    const [[key, entry] = []] = Object.entries(app.AccessToken);
    const newer = { ...entry, secret: "newer", cached_at: seconds(1) };
    const daemon = daemonWith(JSON.stringify({ AccessToken: { [key ?? ""]: newer } }));
    expect(await daemon.app.acquireTokenForClient({ scopes: [graph] })).toMatchObject({
      accessToken: "newer",
      correlationId: "",
    });
  });

  test("is for a known reader", async () => {
    const { app } = makeDaemon();
    const dialect = "msal-cobol" as "msal-node";
    expect(await authErrorOf(() => app.tokenCache.serialize({ dialect }))).toMatchObject({ code: "invalid_options" });
  });
});
