import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addUser, addWebApp, codeFor, redeem, type WebApp } from "../support/signIn.ts";
import { steppedClock } from "../support/steppedClock.ts";

let platform: Platform;
let app: WebApp;
let user: User;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  app = addWebApp(platform);
  user = addUser(platform);
});
afterAll(() => platform.stop());

async function tokenFor(scope: string, changes: Record<string, string> = {}, to: WebApp = app): Promise<string> {
  const { body } = await redeem(platform, to, { code: await codeFor(platform, to, user, { scope }), ...changes });
  return body.access_token;
}

function addApi(version: 1 | 2, uri = `api://version-${version}`): string {
  const { appId } = platform.directory.registerApplication({
    displayName: `Version ${version}`,
    identifierUris: [uri],
    scopes: [{ value: "Orders.Read" }],
    appRoles: [{ value: "Buyer", allowedMemberTypes: ["User"] }],
    requestedAccessTokenVersion: version,
  });
  platform.directory.assignUser(appId, user.userPrincipalName, "Buyer");
  platform.directory.setRequiredResourceAccess(app.appId, [
    { name: "Microsoft Graph", delegatedPermissions: ["User.Read"] },
    { resourceAppId: appId, delegatedPermissions: ["Orders.Read"] },
  ]);
  platform.directory.grantAdminConsent(app.appId);
  return appId;
}

const minutesMs = 60_000;

test("for Graph: version 1 from either endpoint, with the claims of the real service in order", async () => {
  const token = await tokenFor("openid profile User.Read");
  expect(decodeProtectedHeader(token)).toMatchObject({ x5t: expect.any(String) as unknown });
  const claims = decodeJwt(token);
  expect(Object.keys(claims)).toEqual([
    ...["aud", "iss", "iat", "nbf", "exp", "acct", "acr", "acrs", "aio", "amr", "app_displayname", "appid", "appidacr"],
    ...["family_name", "given_name", "idtyp", "ipaddr", "name", "oid", "platf", "puid", "rh", "scp", "sid", "sub"],
    ...["tenant_region_scope", "tid", "unique_name", "upn", "uti", "ver", "wids", "xms_acd", "xms_act_fct", "xms_ftd"],
    ...["xms_idrel", "xms_pftexp", "xms_st", "xms_sub_fct", "xms_tcdt", "xms_tnt_fct"],
  ]);
  expect(claims).toMatchObject({
    appid: app.appId,
    appidacr: "1",
    idtyp: "user",
    oid: user.id,
    scp: "User.Read profile openid email",
    upn: user.userPrincipalName,
    ver: "1.0",
  });
});

test("for an API of version 1", async () => {
  addApi(1);
  const claims = decodeJwt(await tokenFor("openid api://version-1/Orders.Read"));
  expect(Object.keys(claims)).toEqual([
    ...["aud", "iss", "iat", "nbf", "exp", "acr", "aio", "amr", "appid", "appidacr", "family_name", "given_name"],
    ...[
      "ipaddr",
      "name",
      "oid",
      "rh",
      "roles",
      "scp",
      "sid",
      "sub",
      "tid",
      "unique_name",
      "upn",
      "uti",
      "ver",
      "xms_ftd",
    ],
  ]);
  expect(claims).toMatchObject({
    aud: "api://version-1",
    iss: `${platform.url}/${platform.tenant.id}/`,
    scp: "Orders.Read",
    roles: ["Buyer"],
    ver: "1.0",
  });
});

test("for an API of version 2", async () => {
  const api = addApi(2);
  const claims = decodeJwt(await tokenFor("openid api://version-2/Orders.Read"));
  expect(Object.keys(claims)).toEqual([
    ...["aud", "iss", "iat", "nbf", "exp", "aio", "azp", "azpacr", "name", "oid", "preferred_username", "rh", "roles"],
    ...["scp", "sid", "sub", "tid", "uti", "ver", "xms_ftd"],
  ]);
  expect(claims).toMatchObject({
    aud: api,
    azp: app.appId,
    azpacr: "1",
    iss: `${platform.url}/${platform.tenant.id}/v2.0`,
    preferred_username: user.userPrincipalName,
    ver: "2.0",
  });
});

test("an API's optional claims are in its tokens", async () => {
  const { appId } = platform.directory.registerApplication({
    displayName: "With claims",
    identifierUris: ["api://claims"],
    scopes: [{ value: "Read" }],
    requestedAccessTokenVersion: 2,
    optionalClaims: { accessToken: [{ name: "idtyp" }, { name: "email" }] },
  });
  platform.directory.setRequiredResourceAccess(app.appId, [{ resourceAppId: appId, delegatedPermissions: ["Read"] }]);
  platform.directory.grantAdminConsent(app.appId);
  expect(decodeJwt(await tokenFor("api://claims/Read"))).toMatchObject({ idtyp: "user", email: user.mail });
});

describe("lifetime", () => {
  test("60 to 90 minutes, backdated by five minutes", async () => {
    const { iat = 0, nbf, exp = 0 } = decodeJwt(await tokenFor("User.Read"));
    expect(iat).toBe(Math.floor(platform.clock.now() / 1000) - 300);
    expect(nbf).toBe(iat);
    expect((exp - iat) * 1000).toBeGreaterThanOrEqual(65 * minutesMs);
    expect((exp - iat) * 1000).toBeLessThanOrEqual(95 * minutesMs);
  });

  test("20 to 28 hours for a client that handles claims challenges, with refresh_in half of it", async () => {
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ["CP1"] } } });
    const code = await codeFor(platform, app, user);
    const { body } = await redeem(platform, app, { code, claims });
    expect(body.expires_in).toBeGreaterThanOrEqual(20 * 3600);
    expect(body.expires_in).toBeLessThanOrEqual(28 * 3600);
    expect(body.refresh_in).toBe(Math.floor(body.expires_in / 2));
    expect(decodeJwt(body.access_token)["xms_cc"]).toEqual(["cp1"]);
  });

  test("an API that does not evaluate continuously returns the usual one to such a client", async () => {
    addApi(2, "api://no-evaluation");
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ["CP1"] } } });
    const code = await codeFor(platform, app, user, { scope: "api://no-evaluation/Orders.Read" });
    const { body } = await redeem(platform, app, { code, claims });
    expect(body.refresh_in).toBeUndefined();
    expect(decodeJwt(body.access_token)).not.toHaveProperty("xms_cc");
  });
});

describe("the version 1 endpoints", () => {
  test("write numbers as text, and always return identity and refresh token", async () => {
    const resource = "https://graph.microsoft.com";
    const code = await codeFor(platform, app, user, { resource }, 1);
    const { status, body } = await redeem(platform, app, { code, resource }, { version: 1 });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      ...["token_type", "scope", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource"],
      ...["access_token", "refresh_token", "id_token", "client_info"],
    ]);
    expect(body).toMatchObject({ resource, expires_in: expect.stringMatching(/^\d+$/) as unknown });
    expect(body.scope.split(" ")).toContain("User.Read");
    expect(decodeJwt(body.id_token)).toMatchObject({
      iss: `${platform.url}/${platform.tenant.id}/`,
      unique_name: user.userPrincipalName,
      amr: ["pwd"],
      ver: "1.0",
    });
  });

  test("accept the API in either step, and need it in one: AADSTS50001 on refresh", async () => {
    const resource = "https://graph.microsoft.com";
    const code = await codeFor(platform, app, user, {}, 1);
    const { body } = await redeem(platform, app, { code, resource }, { version: 1 });
    expect(body.resource).toBe(resource);
    const { refresh_token } = body;
    expect((await redeem(platform, app, { refresh_token }, { version: 1 })).body.error_codes).toEqual([50001]);
    expect((await redeem(platform, app, { refresh_token, resource }, { version: 1 })).status).toBe(200);
  });
});

test("an app-only token of a client that handles claims challenges is valid as long", async () => {
  const { postForm, registerDaemon, tokenForm, tokenPath } = await import("../support/daemon.ts");
  const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
  const daemon = registerDaemon(platform, ["User.Read.All"]);
  const { body } = await postForm(platform, tokenPath(platform), tokenForm(daemon, { claims }));
  expect(decodeJwt(body.access_token)["xms_cc"]).toEqual(["cp1"]);
  expect(body.expires_in).toBeGreaterThanOrEqual(20 * 3600);
});
