import { describe, expect, test } from "vitest";
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
  withAppToken,
} from "../../support/blobs.ts";
import { clientId, graph, makeDaemon, tenantId } from "../../support/daemon.ts";
import { testStart } from "../../support/manualClock.ts";
import { homeAccountId } from "../../support/tool.ts";

const scopes = ["User.Read"];
const claimsFromClient = '{"access_token":{"a":null}}';
const otherTenant = "99999999-0000-4000-8000-000000000000";

describe("an app token in a blob", () => {
  const found = async (entry: Entry, options: Parameters<typeof makeDaemon>[1] = {}) => {
    const { app, service } = daemonWith(withAppToken(entry, { instead: true }), options);
    const { accessToken } = await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests).toHaveLength(accessToken === "other-token" ? 0 : 1);
    return accessToken === "other-token";
  };

  test.each([[null], [undefined], [""]])("is found with the home account id %j", async (home_account_id) => {
    expect(await found(appTokenEntry({ home_account_id }))).toBe(true);
  });

  test.each(["login.microsoftonline.com", "login.microsoft.com", "sts.windows.net", "LOGIN.windows.net"])(
    "is found under the alias %s of its cloud",
    async (environment) => {
      expect(await found(appTokenEntry({ environment }))).toBe(true);
    },
  );

  test.each([
    ["a number", testStart / 1_000 + 3_600],
    ["a decimal text", seconds(3_600)],
    ["an ISO date", new Date(testStart + 3_600_000).toISOString()],
  ])("is found when its expiry is %s", async (_, expires_on) => {
    expect(await found(appTokenEntry({ expires_on }))).toBe(true);
  });

  test.each([
    ["in another case", { target: graph.toUpperCase() }],
    ["among others", { target: `openid ${graph}  profile` }],
    ["without a token type", { token_type: undefined }],
    ["with a token type in another case", { token_type: "bearer" }],
    ["with the realm in another case", { realm: tenantId.toUpperCase() }],
    ["with the client id in another case", { client_id: clientId.toUpperCase() }],
  ])("is found %s", async (_, changes) => {
    expect(await found(appTokenEntry(changes))).toBe(true);
  });

  test.each([
    ["another tenant", { realm: otherTenant }],
    ["another application", { client_id: "other" }],
    ["another cloud", { environment: "login.microsoftonline.us" }],
    ["a user", { home_account_id: homeAccountId }],
    ["another resource", { target: "https://vault.azure.net/.default" }],
    ["milliseconds in the place of seconds", { expires_on: `${seconds(3_600)}000` }],
  ])("of %s is not found", async (_, changes) => {
    expect(await found(appTokenEntry(changes))).toBe(false);
  });

  test.each([
    ["key_id", "key-1"],
    ["keyid", "key-1"],
    ["kid", "key-1"],
    ["userAssertionHash", "hash"],
    ["user_assertion_hash", "hash"],
    ["requestedClaimsHash", "hash"],
    ["ext_cache_key", "hash"],
    ["token_type", "pop"],
    ["credential_type", "AccessToken_With_AuthScheme"],
    ["ext", { fmi_path: "/a" }],
    ["additionalCacheKeyComponents", { fmi_path: "/a" }],
  ])("bound by %s is not used for a plain call, and is written back", async (name, value) => {
    const entry = appTokenEntry({ [name]: value });
    expect(await found(entry)).toBe(false);
    const written = daemonWith(withAppToken(entry)).app.tokenCache.serialize();
    expect(entryOf(written, "AccessToken", "other-token")).toMatchObject(entry);
    expect(entryOf(written, "AccessToken", "app-token")).toBeDefined();
  });

  test.each([
    ["MSAL Node", { additionalCacheKeyComponents: { client_claims: claimsFromClient } }],
    ["MSAL.NET", { ext: { client_claims: claimsFromClient } }],
  ])("acquired by %s with the application's own claims is used for those", async (_, fields) => {
    const { app, service } = daemonWith(withAppToken(appTokenEntry(fields)));
    const ask = async (claims?: string) =>
      (await app.acquireTokenForClient({ scopes: [graph], claimsFromClient: claims })).accessToken;
    expect(await ask(claimsFromClient)).toBe("other-token");
    expect(await ask()).toBe("app-token");
    expect(service.requests).toHaveLength(0);
    expect(await ask('{"access_token":{"b":null}}')).toBe("token-1");
  });

  test("is refreshed when its library was advised to", async () => {
    const { app } = daemonWith(withAppToken(appTokenEntry({ refresh_on: seconds(1_800) }), { instead: true }));
    const { refreshOn } = await app.acquireTokenForClient({ scopes: [graph] });
    expect(refreshOn).toEqual(new Date(testStart + 1_800_000));
  });

  test("with extra body parameters is used for those", async () => {
    const additionalCacheKeyComponents = { fmi_path: "/a", client_claims: claimsFromClient };
    const { app } = daemonWith(withAppToken(appTokenEntry({ additionalCacheKeyComponents })));
    const request = { scopes: [graph], extraBodyParameters: { fmi_path: "/a" } };
    expect((await app.acquireTokenForClient({ ...request, claimsFromClient })).accessToken).toBe("other-token");
    expect((await app.acquireTokenForClient(request)).accessToken).toBe("token-1");
  });

  test("is dropped when it has expired, whoever owns it", () => {
    const dead = { expires_on: seconds(0), extended_expires_on: seconds(-1) };
    for (const changes of [{}, { client_id: "other" }, { key_id: "key-1" }]) {
      const written = daemonWith(withAppToken(appTokenEntry({ ...changes, ...dead }))).app.tokenCache.serialize();
      expect(entriesOf(written, "AccessToken")).toHaveLength(2);
    }
  });

  test("of another application is preserved during its extended lifetime", () => {
    const entry = appTokenEntry({ client_id: "other", expires_on: seconds(0), extended_expires_on: seconds(1) });
    const written = daemonWith(withAppToken(entry)).app.tokenCache.serialize();
    expect(entryOf(written, "AccessToken", "other-token")).toEqual(entry);
  });

  test("stored under the tenant's domain is found there", async () => {
    const authority = "https://login.microsoftonline.com/contoso.example";
    const { app } = daemonWith(withAppToken(appTokenEntry({ realm: "contoso.example" })), { authority });
    expect((await app.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe("other-token");
  });

  test("with only a hash of its parameters is replaced by a new one with the same parameters", async () => {
    const first = makeDaemon();
    const request = { scopes: [graph], claimsFromClient };
    await first.app.acquireTokenForClient(request);
    // As MSAL Python writes it.
    const [[key = "", entry] = []] = Object.entries(
      parseBlob(first.app.tokenCache.serialize({ dialect: "msal-python" })).AccessToken,
    );
    const { additionalCacheKeyComponents: _, latchkey: __, ...pythons } = entry ?? {};
    const { app } = daemonWith(JSON.stringify({ AccessToken: { [key]: { ...pythons, secret: "theirs" } } }));
    expect(app.tokenCache.serialize()).toContain("theirs");
    await app.acquireTokenForClient(request);
    expect(entriesOf(app.tokenCache.serialize({ dialect: "msal-python" }), "AccessToken")).toMatchObject([
      { secret: "token-1" },
    ]);
  });

  test("of an authority without a tenant is found whatever its realm is", async () => {
    const options = { oidcAuthority: "https://idp.example/realms/one" };
    const environment = "idp.example";
    for (const realm of ["realms", "", "token"]) {
      expect(await found(appTokenEntry({ environment, realm }), options)).toBe(true);
    }
  });
});

describe("tokens that are in a blob more than once", () => {
  test("become one, the one that expires last", async () => {
    const spelled = parseBlob(goldenBlob("msalPython")).AccessToken;
    const text = changedBlob((blob) => {
      Object.assign(blob.AccessToken, parseBlob(goldenBlob("msalNode2")).AccessToken, spelled);
      Object.assign(blob.AccessToken, parseBlob(goldenBlob("msalJava")).AccessToken);
      blob.AccessToken["newest"] = appTokenEntry({ secret: "newest", expires_on: seconds(7_200) });
      blob.AccessToken["older"] = appTokenEntry({ secret: "older", expires_on: seconds(3_000) });
    });
    const { app } = daemonWith(text);
    expect((await app.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe("newest");
    expect(app.tokenCache.statistics).toMatchObject({ appTokens: 1, userTokens: 1 });
    expect(entriesOf(app.tokenCache.serialize(), "AccessToken")).toHaveLength(2);
  });

  test("become one refresh token, the one written last", async () => {
    const text = changedBlob(({ RefreshToken }) => {
      const [entry] = Object.values(RefreshToken);
      RefreshToken["newest"] = { ...entry, secret: "newest", last_modification_time: seconds(-10) };
      RefreshToken["older"] = { ...entry, secret: "older", last_modification_time: seconds(-20) };
    });
    const { app, account, service } = await toolWith(text);
    await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    expect(service.requests[0]?.form.get("refresh_token")).toBe("newest");
    expect(app.tokenCache.statistics.refreshTokens).toBe(1);
  });

  test("become one entry about the application", () => {
    const text = changedBlob(({ AppMetadata }) => {
      AppMetadata["a"] = { client_id: clientId, environment: "login.windows.net", family_id: "1" };
      AppMetadata["b"] = { client_id: clientId, environment: "login.microsoftonline.com", later: true };
    });
    expect(entriesOf(daemonWith(text).app.tokenCache.serialize(), "AppMetadata")).toEqual([
      { client_id: clientId, environment: "login.windows.net", family_id: "1", later: true },
    ]);
  });
});
