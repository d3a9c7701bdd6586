import { describe, expect, test } from "vitest";
import { clientId, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { testStart } from "../support/manualClock.ts";
import type { ScriptedResponse } from "../support/scriptedService.ts";
import { homeAccountId, idTokenResponse, makeTool, userId } from "../support/tool.ts";

const otherTenant = "99999999-0000-4000-8000-000000000000";
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";
const scopes = ["User.Read"];

function redeem(scripted: ScriptedResponse, options: Parameters<typeof makeTool>[1] = {}) {
  return makeTool(() => scripted, options).app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
}

/** Under a multi-tenant authority the token's own tenant counts. */
function under(tenant: string) {
  return { authority: `https://login.microsoftonline.com/${tenant}` };
}

const customDomain = "https://login.contoso.test";

/** External ID's name for a tenant. */
function externalIdOf(tid: string) {
  return { tid, iss: `https://${tid}.ciamlogin.com/${tid}/v2.0` };
}

describe("an ID token", () => {
  test.each<[string, object, RegExp]>([
    ["for another application", { aud: "another" }, /is for "another" \(aud\), not for 1111/],
    ["for several, issued to another", { aud: [clientId, "b"], azp: "b" }, /issued to "b" \(azp\)/],
    ["of another issuer", { iss: `https://evil.test/${tenantId}/v2.0` }, /issued by "https:\/\/evil\.test/],
    [
      "of an issuer that only begins alike",
      { iss: `https://login.microsoftonline.com.evil.test/${tenantId}/v2.0` },
      /iss/,
    ],
    ["whose issuer is another tenant's", { iss: `https://login.microsoftonline.com/${otherTenant}/v2.0` }, /iss/],
    ["without an issuer", { iss: undefined }, /issued by undefined/],
    ["of another tenant", { tid: otherTenant, iss: `https://login.microsoftonline.com/${otherTenant}/v2.0` }, /tid/],
    ["that expired more than five minutes ago", { exp: testStart / 1000 - 301 }, /expired/],
    ["that never expires", { exp: undefined }, /expired at undefined/],
    ["without a subject", { sub: undefined }, /no subject/],
  ])("%s is refused", async (_, changes, words) => {
    const error = await authErrorOf(redeem(idTokenResponse(changes)));
    expect(error).toMatchObject({ code: "invalid_id_token" });
    expect(error.message).toMatch(words);
  });

  test.each(["no jwt", "a.b", "a.bm90anNvbg.c", "a.W10.c"])("is refused if it is invalid: %s", async (text) => {
    expect(await authErrorOf(redeem(idTokenResponse({}, 1, { id_token: text })))).toMatchObject({
      code: "invalid_id_token",
      message: expect.stringMatching(/is not a JWT/),
    });
  });

  test.each<[string, object]>([
    ["by the version 1 issuer", { iss: `https://sts.windows.net/${tenantId}/` }],
    ["by an alias of its cloud", { iss: `https://login.windows.net/${tenantId}/v2.0` }],
    ["for several audiences, and to this one", { aud: [clientId, "b"], azp: clientId }],
    ["and expired within the skew of clocks", { exp: testStart / 1000 - 299 }],
  ])("issued %s is accepted", async (_, changes) => {
    expect((await redeem(idTokenResponse(changes))).account?.name).toBe("Grace Hopper");
  });

  test.each<[string, string, boolean]>([
    ["common", otherTenant, true],
    ["organizations", otherTenant, true],
    ["organizations", consumers, false],
    ["consumers", consumers, true],
    ["consumers", otherTenant, false],
    ["contoso.example", otherTenant, true],
  ])("under %s may come from the tenant %s: %s", async (tenant, tid, accepted) => {
    const iss = `https://login.microsoftonline.com/${tid}/v2.0`;
    const work = redeem(idTokenResponse({ tid, iss }), under(tenant));
    if (accepted) {
      expect((await work).tenantId).toBe(tid);
    } else {
      expect(await authErrorOf(work)).toMatchObject({ code: "invalid_id_token" });
    }
  });

  test("of a platform on this machine may have any of the machine's names, on the same port", async () => {
    const options = { authority: `https://127.0.0.1:8443/${tenantId}` };
    const local = (port: number) => idTokenResponse({ iss: `https://localhost:${port}/${tenantId}/v2.0` });
    expect((await redeem(local(8443), options)).account).toBeDefined();
    expect(await authErrorOf(redeem(local(8444), options))).toMatchObject({ code: "invalid_id_token" });
  });

  test("of another provider must come from the issuer in its metadata", async () => {
    const issuer = "https://id.example.test";
    const response = (iss: string) =>
      makeTool(
        ({ method }) =>
          method === "GET"
            ? { body: { issuer, token_endpoint: `${issuer}/token` } }
            : idTokenResponse({ iss, tid: undefined, oid: undefined }, 1, { client_info: undefined }),
        { oidcAuthority: issuer },
      ).app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["read"] });
    expect((await response(issuer)).account).toEqual({
      homeAccountId: "subject",
      environment: "id.example.test",
      tenantId: "",
      localAccountId: "subject",
      subject: "subject",
      username: "grace@contoso.example",
      name: "Grace Hopper",
    });
    expect(await authErrorOf(response("https://other.test"))).toMatchObject({ code: "invalid_id_token" });
  });

  test.each<[string, string, object, boolean]>([
    ["the tenant's id", tenantId, {}, true],
    ["its name", "contoso.onmicrosoft.com", {}, true],
    [
      "its name, with an issuer of its own",
      "contoso.onmicrosoft.com",
      { iss: `${customDomain}/${tenantId}/v2.0` },
      true,
    ],
    ["the tenant's id, and another's token", tenantId, externalIdOf(otherTenant), false],
    ["its name, and a token with two tenants", "contoso.onmicrosoft.com", { tid: otherTenant }, false],
    ["its name, and no tenant", "contoso.onmicrosoft.com", { tid: undefined }, false],
    ["its name, and a host that is not an id", "contoso.onmicrosoft.com", { iss: externalIdOf("contoso").iss }, false],
    [
      "its name, and a foreign domain",
      "contoso.onmicrosoft.com",
      { iss: `https://${tenantId}.ciamlogin.com.evil.test/${tenantId}/v2.0` },
      false,
    ],
    [
      "its name, and http",
      "contoso.onmicrosoft.com",
      { iss: `http://${tenantId}.ciamlogin.com/${tenantId}/v2.0` },
      false,
    ],
  ])("of External ID under a custom domain: an authority of %s", async (_, tenant, changes, accepted) => {
    const options = { authority: `${customDomain}/${tenant}`, knownAuthorities: ["login.contoso.test"] };
    const { app, service } = makeTool(() => idTokenResponse({ ...externalIdOf(tenantId), ...changes }), options);
    const work = app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    if (accepted) {
      expect((await work).tenantId).toBe(tenantId);
    } else {
      expect(await authErrorOf(work)).toMatchObject({ code: "invalid_id_token" });
    }
    expect(service.requests.map(({ url }) => url.href)).toEqual([`${customDomain}/${tenant}/oauth2/v2.0/token`]);
  });

  test.each<[string, Parameters<typeof makeTool>[1]]>([
    ["a cloud's", {}],
    ["a cloud's that the options name", { knownAuthorities: ["login.microsoftonline.com"] }],
    ["no list's", { authority: `${customDomain}/${tenantId}`, instanceDiscovery: false }],
    [
      "no list's, but another",
      { authority: `${customDomain}/${tenantId}`, instanceDiscovery: false, knownAuthorities: ["contoso.test"] },
    ],
    ["this machine's, and in no list", { authority: `https://localhost:8443/${tenantId}` }],
  ])("of External ID is not accepted from a host that is %s", async (_, options) => {
    expect(await authErrorOf(redeem(idTokenResponse(externalIdOf(tenantId)), options))).toMatchObject({
      code: "invalid_id_token",
    });
  });

  /** Values that a claim must not have, nor be converted from. */
  const invalidValues = [42, 0, true, null, {}, { toString: "x" }, [], ["grace@contoso.example"], ""].map((invalid) => [
    invalid,
  ]);

  test.each(invalidValues)("with %j instead of a name has no name there", async (invalid) => {
    const names = { preferred_username: invalid, upn: invalid, email: invalid, name: invalid };
    const { account } = await redeem(idTokenResponse(names));
    expect(account).toMatchObject({ homeAccountId, localAccountId: userId, tenantId, username: "" });
    expect(account?.name).toBeUndefined();
    const { app } = makeTool(() => idTokenResponse(names));
    await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    expect(await app.tokenCache.getAccountsByUsername("grace@contoso.example")).toEqual([]);
    const again = makeTool().app;
    again.tokenCache.deserialize(app.tokenCache.serialize());
    expect(await again.tokenCache.getAllAccounts()).toMatchObject([
      { homeAccountId, localAccountId: userId, username: "" },
    ]);
  });

  test.each(invalidValues)("with %j in one place takes the name from the next", async (invalid) => {
    const usernameOf = async (changes: object) => (await redeem(idTokenResponse(changes))).account?.username;
    expect(await usernameOf({ preferred_username: invalid, upn: "upn", email: "email" })).toBe("upn");
    expect(await usernameOf({ preferred_username: invalid, upn: invalid, email: "email" })).toBe("email");
  });

  test.each(invalidValues)("with %j as an object id is its subject's", async (invalid) => {
    expect((await redeem(idTokenResponse({ oid: invalid }))).account?.localAccountId).toBe("subject");
  });

  test.each(invalidValues)("with %j as subject, tenant or issuer is refused", async (invalid) => {
    for (const changes of [{ sub: invalid }, { tid: invalid }, { iss: invalid }, { exp: invalid }]) {
      for (const options of [{}, under("common"), under("contoso.onmicrosoft.com")]) {
        expect(await authErrorOf(redeem(idTokenResponse(changes), options))).toMatchObject({
          code: "invalid_id_token",
        });
      }
    }
  });

  test.each(invalidValues)("with %j as tenant of another issuer has none", async (invalid) => {
    const issuer = "https://id.example.test";
    const { account, tenantId: tenant } = await makeTool(
      ({ method }) =>
        method === "GET"
          ? { body: { issuer, token_endpoint: `${issuer}/token` } }
          : idTokenResponse({ iss: issuer, tid: invalid, oid: invalid }, 1, { client_info: undefined }),
      { oidcAuthority: issuer },
    ).app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["read"] });
    expect(account).toMatchObject({ homeAccountId: "subject", localAccountId: "subject", tenantId: "" });
    expect(tenant).toBeUndefined();
  });

  test("leaves nothing in the cache when it is refused", async () => {
    const { app } = makeTool(() => idTokenResponse({ aud: "another" }));
    await authErrorOf(app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes }));
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
  });

  test("returns immutable claims and an immutable account", async () => {
    const { idTokenClaims, account } = await redeem(idTokenResponse({ roles: ["Reader"] }));
    expect(Object.isFrozen(account)).toBe(true);
    const roles = idTokenClaims?.roles as string[] | undefined;
    expect(roles).toEqual(["Reader"]);
    expect(() => roles?.push("Admin")).toThrow(TypeError);
  });
});
