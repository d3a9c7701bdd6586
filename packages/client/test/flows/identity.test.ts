import { type Account, type AuthenticationResult, ConfidentialClientApplication, clientSecret } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import type { ScriptedResponse } from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";
import { issuerOf, issuers, type ReportedUser, userService } from "../support/users.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = ["read"];
const policy = "B2C_1A_SignIn";
const hourMs = 3_600_000;

describe("a user whom client_info does not identify", () => {
  test.each<[string, object]>([
    ["the policy alone", { uid: `-${policy}`, utid: tenantId }],
    ["the policy in another case", { uid: `-${policy.toLowerCase()}`, utid: tenantId }],
    ["another policy", { uid: "-B2C_1A_Edit", utid: tenantId }],
    ["blanks before the policy", { uid: ` -${policy}`, utid: tenantId }],
    ["an empty uid", { uid: "", utid: tenantId }],
    ["a blank uid", { uid: " ", utid: tenantId }],
    ["an empty utid", { uid: "somebody", utid: "" }],
    ["a uid that is not a string", { uid: 7, utid: tenantId }],
    ["no uid", {}],
  ])("is identified by the ID token's subject: %s", async (_, clientInfo) => {
    const { app, signIn } = userService(issuerOf("b2c"), () => ({ clientInfo, claims: { oid: undefined } }));
    const [alice, bob] = [await signIn("alice"), await signIn("bob")];
    expect([alice.homeAccountId, bob.homeAccountId]).toEqual(["sub-alice", "sub-bob"]);
    for (const forceRefresh of [false, true]) {
      for (const [account, name] of [
        [alice, "alice"],
        [bob, "bob"],
      ] as const) {
        const { accessToken } = await app.acquireTokenSilent({ scopes, account, forceRefresh });
        expect(accessToken).toMatch(new RegExp(`^at-${name}-`));
      }
    }
  });

  test("is identified by the object id if the subject is B2C's sentence for everyone", async () => {
    const claims = { sub: "Not supported currently. Use oid claim." };
    const { app, signIn } = userService(issuerOf("b2c"), (name) => ({
      clientInfo: { uid: `-${policy}`, utid: tenantId },
      claims: { ...claims, oid: `oid-${name}` },
    }));
    const [alice, bob] = [await signIn("alice"), await signIn("bob")];
    expect([alice.homeAccountId, bob.homeAccountId]).toEqual(["oid-alice", "oid-bob"]);
    expect((await app.acquireTokenSilent({ scopes, account: alice })).accessToken).toBe("at-alice-1");
  });

  test("is unknown if there is neither", async () => {
    const said: ReportedUser = {
      clientInfo: null,
      claims: { sub: "Not supported currently. Use oid claim.", oid: undefined },
    };
    const { app, signIn } = userService(issuerOf("b2c"), () => said);
    expect(await authErrorOf(signIn("alice"))).toMatchObject({ code: "invalid_id_token" });
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
  });

  test("is the one of client_info if something precedes the policy", async () => {
    const { signIn } = userService(issuerOf("b2c"), (name) => ({
      clientInfo: { uid: `${name}-${policy}`, utid: tenantId },
    }));
    expect((await signIn("alice")).homeAccountId).toBe(`alice-${policy}.${tenantId}`);
  });
});

const sharedId: ReportedUser = { clientInfo: { uid: "shared", utid: tenantId }, claims: { oid: "shared" } };

describe("two users with one id", () => {
  test.each(issuers.filter(({ kind }) => kind !== "generic"))(
    "never receive each other's tokens: $kind",
    async (issuer) => {
      const { app, signIn, service } = userService(issuer, () => sharedId);
      const alice = await signIn("alice");
      const bob = await signIn("bob");
      expect((await app.acquireTokenSilent({ scopes, account: bob })).accessToken).toBe("at-bob-2");
      const sent = service.requests.length;
      for (const more of [{}, { forceRefresh: true }, { extraBodyParameters: { a: "b" } }, { claims: "{}" }]) {
        const failure = await authErrorOf(app.acquireTokenSilent({ scopes, account: alice, ...more }));
        expect(failure).toMatchObject({ code: "sign_in_required" });
      }
      expect(service.requests).toHaveLength(sent);
      await app.tokenCache.removeAccount(alice);
      expect(await app.tokenCache.getAllAccounts()).toEqual([bob]);
    },
  );

  test.each<[string, ScriptedResponse, object]>([
    ["fails", { status: 503 }, { code: "temporarily_unavailable" }],
    ["is refused", { status: 400, body: { error: "invalid_grant" } }, { code: "sign_in_required" }],
  ])("are distinguished when one signs in while the other's refresh %s", async (_, response, expected) => {
    const { promise: gate, resolve: open } = withResolvers<void>();
    const { app, service, clock } = makeTool(async ({ form }) => {
      const sent = form.get("refresh_token") ?? "";
      const [name = "", isStored] = sent.split("#");
      if (sent === "alice#stored") {
        await gate;
      }
      if (isStored) {
        return response;
      }
      const clientInfo = Buffer.from(JSON.stringify(sharedId.clientInfo)).toString("base64url");
      const more = { access_token: `at-${name}`, refresh_token: `${name}#stored`, client_info: clientInfo };
      return idTokenResponse({ sub: name, oid: name }, 0, more);
    });
    const [alice, bob] = ["alice", "bob"].map(
      (name) => () => app.acquireTokenByRefreshToken({ refreshToken: name, scopes }),
    ) as [() => Promise<AuthenticationResult>, () => Promise<AuthenticationResult>];
    const { account } = await alice();
    clock.advance(hourMs);
    const failure = authErrorOf(app.acquireTokenSilent({ scopes, account: account as Account }));
    await service.received(2);
    await bob();
    open();
    expect(await failure).toMatchObject(expected);
    expect(service.requests.map(({ form }) => form.get("refresh_token"))).toEqual(["alice", "alice#stored", "bob"]);
  });

  test("are distinguished by the local id in another library's account", async () => {
    const { app, signIn } = userService(issuerOf("entra"), (name) => ({
      ...sharedId,
      claims: { oid: `oid-${name}` },
    }));
    const { subject: _, ...alice } = await signIn("alice");
    await signIn("bob");
    expect(await authErrorOf(app.acquireTokenSilent({ scopes, account: alice }))).toMatchObject({
      code: "sign_in_required",
    });
  });

  test.each<[string, (account: Account) => Partial<Account>]>([
    ["an alias of the host", () => ({ environment: "login.microsoftonline.com" })],
    ["the host in capitals", ({ environment }) => ({ environment: environment.toUpperCase() })],
    ["the tenant in capitals", (account) => ({ tenantId: account.tenantId.toUpperCase() })],
  ])("are distinguished by an account with %s", async (_, spell) => {
    const { app, signIn } = userService(issuerOf("entra"), () => sharedId);
    const alice = await signIn("alice");
    await signIn("bob");
    const work = app.acquireTokenSilent({ scopes, account: { ...alice, ...spell(alice) } });
    expect(await authErrorOf(work)).toMatchObject({ code: "sign_in_required" });
  });

  test("leave nothing of the previous one", async () => {
    const { app, signIn } = userService(issuerOf("b2c"), () => sharedId);
    await signIn("alice");
    await signIn("bob");
    expect(app.tokenCache.serialize()).not.toMatch(/alice/);
  });

  test("do not reveal each other's name at sign-out", async () => {
    const { app, signIn } = userService(issuerOf("entra"), (name) => ({
      ...sharedId,
      claims: { oid: "shared", login_hint: `hint-${name}` },
    }));
    const alice = await signIn("alice");
    await signIn("bob");
    expect(await app.getSignOutUrl({ account: alice })).not.toContain("bob");
  });
});

describe("a refreshed ID token", () => {
  /** Signs Alice in and refreshes; the second request is the refresh. */
  async function refreshed(kind: Parameters<typeof issuerOf>[0], first: ReportedUser, second: ReportedUser) {
    const { app, signIn, service } = userService(issuerOf(kind), (_, request) => (request === 1 ? first : second));
    const account = await signIn("alice");
    const work = (): Promise<unknown> => app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    const silent = () => app.acquireTokenSilent({ scopes, account });
    return { app, account, work, silent, service };
  }

  test.each<[string, Parameters<typeof issuerOf>[0], ReportedUser, ReportedUser]>([
    ["another subject", "entra", {}, { claims: { sub: "sub-bob" } }],
    ["another subject, under the same client_info and object id", "b2c", {}, { claims: { sub: "sub-bob" } }],
    ["another subject", "generic", {}, { claims: { sub: "sub-bob" } }],
    ["the subject in another case", "generic", {}, { claims: { sub: "SUB-ALICE" } }],
    ["another object id", "entra", {}, { claims: { oid: "oid-bob" } }],
    ["another object id", "externalId", {}, { claims: { oid: "oid-bob" } }],
    ["another user's client_info", "entra", {}, { clientInfo: { uid: "bob", utid: tenantId } }],
    ["only another user's client_info", "entra", {}, { claims: null, clientInfo: { uid: "bob", utid: tenantId } }],
    ["only another user's client_info", "b2c", {}, { claims: null, clientInfo: { uid: "bob", utid: tenantId } }],
  ])("is refused and not cached with %s: %s", async (_, kind, first, second) => {
    const { app, account, work, silent } = await refreshed(kind, first, second);
    expect(await authErrorOf(work())).toMatchObject({ code: "invalid_id_token" });
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    expect((await silent()).accessToken).toBe("at-alice-1");
  });

  test.each<[string, Parameters<typeof issuerOf>[0], ReportedUser, ReportedUser]>([
    ["client_info in another case", "entra", {}, { clientInfo: { uid: "ALICE", utid: tenantId.toUpperCase() } }],
    ["no client_info", "entra", {}, { clientInfo: null }],
    ["no client_info", "b2c", {}, { clientInfo: null }],
    ["client_info that there was not before", "b2c", { clientInfo: null }, {}],
    ["the object id in another case", "entra", {}, { claims: { oid: "OID-ALICE" } }],
    ["no object id", "b2c", {}, { claims: { oid: undefined } }],
    ["an object id that there was not before", "b2c", { claims: { oid: undefined } }, {}],
    ["another tid", "b2c", {}, { claims: { tid: "b2c_1a_signin" } }],
    ["no tid", "b2c", {}, { claims: { tid: undefined } }],
    ["a tid that there was not before", "b2c", { claims: { tid: undefined } }, {}],
    ["a tid that there was not before", "generic", {}, { claims: { tid: "x" } }],
    ["no ID token", "generic", {}, { claims: null }],
    ["no ID token", "entra", {}, { claims: null, clientInfo: { uid: "ALICE", utid: tenantId } }],
  ])("is cached under the requested account with %s: %s", async (_, kind, first, second) => {
    const { app, account, work, silent, service } = await refreshed(kind, first, second);
    expect(await work()).toMatchObject({
      accessToken: "at-alice-2",
      account: { homeAccountId: account.homeAccountId, tenantId: account.tenantId, environment: account.environment },
    });
    const sent = service.requests.length;
    expect(await silent()).toMatchObject({ source: "cache", accessToken: "at-alice-2" });
    expect(service.requests).toHaveLength(sent);
    expect(await app.tokenCache.getAllAccounts()).toHaveLength(1);
  });

  test("contains the latest about the user, and earlier data where it has none", async () => {
    const { app, work } = await refreshed(
      "entra",
      { claims: { name: "Alice" } },
      {
        claims: { preferred_username: "alice.b@contoso.example" },
      },
    );
    await work();
    expect(await app.tokenCache.getAllAccounts()).toMatchObject([
      { name: "Alice", username: "alice.b@contoso.example" },
    ]);
  });

  test("is validated like a token on behalf of a caller", async () => {
    const { service, clock } = userService(issuerOf("entra"), () => ({}));
    let count = 0;
    const app = new ConfidentialClientApplication({
      clientId,
      clientCredential: clientSecret("secret"),
      ...issuerOf("entra").options,
      clock,
      maxRetries: 0,
      fetch: (url, init) => {
        // The exchange and then the refresh, for another user.
        const body = `${init.body}&refresh_token=${++count === 1 ? "alice" : "bob"}`;
        return service.fetch(url, { ...init, body: body.replace(/refresh_token=(?!bob$|alice$)[^&]*&/, "") });
      },
    });
    const session = { scopes, sessionKey: "report" };
    await app.acquireTokenOnBehalfOf({ ...session, oboAssertion: "a.b.c" });
    clock.advance(hourMs);
    expect(await authErrorOf(app.acquireTokenOnBehalfOf(session))).toMatchObject({ code: "invalid_id_token" });
  });
});

describe("an account in another spelling", () => {
  test("is the same user, in memory, in a lookup and at removal", async () => {
    const { app, signIn, service } = userService(issuerOf("entra"), (name, request) => ({
      clientInfo: { uid: request === 1 ? "Alice" : name, utid: tenantId },
    }));
    const first = await signIn("alice");
    const again = await signIn("alice");
    expect(again.homeAccountId).toBe(first.homeAccountId);
    expect(await app.tokenCache.getAllAccounts()).toEqual([again]);
    const upper: Account = { ...again, homeAccountId: again.homeAccountId.toUpperCase() };
    expect(await app.tokenCache.getAccountByHomeId(upper.homeAccountId)).toEqual(again);
    const sent = service.requests.length;
    for (const _ of [1, 2]) {
      expect((await app.acquireTokenSilent({ scopes, account: upper })).accessToken).toBe("at-alice-2");
    }
    expect(service.requests).toHaveLength(sent);
    await app.tokenCache.removeAccount(upper);
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
    expect(app.tokenCache.serialize()).not.toMatch(/at-alice|alice#/);
  });

  test("of an issuer other than Microsoft is another user", async () => {
    const { app, signIn } = userService(issuerOf("generic"), () => ({}));
    const [lower, upper] = [await signIn("ann"), await signIn("ANN")];
    expect((await app.acquireTokenSilent({ scopes, account: lower })).accessToken).toBe("at-ann-1");
    expect((await app.acquireTokenSilent({ scopes, account: upper })).accessToken).toBe("at-ANN-2");
  });
});

describe("an account stored under a placeholder id", () => {
  test("is never used, and stays as it is", async () => {
    const placeholderId = `-b2c_1a_signin.${tenantId}`;
    const { app, signIn } = userService(issuerOf("b2c"), () => ({ claims: { tfp: policy } }));
    const account = await signIn("alice");
    const blob = app.tokenCache.serialize().replaceAll(account.homeAccountId, placeholderId);
    const reader = userService(issuerOf("b2c"), () => ({}));
    reader.app.tokenCache.deserialize(blob);
    expect(await reader.app.tokenCache.getAllAccounts()).toEqual([]);
    const requested = { ...account, homeAccountId: placeholderId };
    expect(await authErrorOf(reader.app.acquireTokenSilent({ scopes, account: requested }))).toMatchObject({
      code: "sign_in_required",
    });
    expect(reader.service.requests).toEqual([]);
    expect(reader.app.tokenCache.serialize()).toContain("at-alice-1");
    await reader.app.tokenCache.clear();
    expect(reader.app.tokenCache.serialize()).not.toContain("at-alice-1");
  });
});

test.each(["login.microsoftonline.com", "LOGIN.WINDOWS.NET"])(
  "a user is removed by an account with the host %s",
  async (environment) => {
    const { app, signIn } = userService(issuerOf("entra"), () => sharedId);
    const alice = await signIn("alice");
    expect(alice.environment).toBe("login.windows.net");
    await app.tokenCache.removeAccount({ ...alice, environment });
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
    expect(await authErrorOf(app.acquireTokenSilent({ scopes, account: alice }))).toMatchObject({
      code: "sign_in_required",
    });
    expect(app.tokenCache.serialize()).not.toContain("alice");
  },
);
