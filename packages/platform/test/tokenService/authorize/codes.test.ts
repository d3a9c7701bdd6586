import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getJson } from "../../support/daemon.ts";
import { addUser, addWebApp, challenge, codeFor, redeem, verifier, type WebApp } from "../../support/signIn.ts";
import { steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
let app: WebApp;
let user: User;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  app = addWebApp(platform);
  user = addUser(platform);
});
afterAll(() => platform.stop());

const minuteMs = 60_000;

describe("a code", () => {
  test("returns access, refresh and ID token, with the granted scopes", async () => {
    const { status, body } = await redeem(platform, app, { code: await codeFor(platform, app, user) });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      "token_type",
      "scope",
      "expires_in",
      "ext_expires_in",
      "access_token",
      "refresh_token",
      "id_token",
    ]);
    expect(body.scope.split(" ").sort()).toEqual(["User.Read", "email", "openid", "profile"]);
  });

  test("is valid once: AADSTS54005", async () => {
    const code = await codeFor(platform, app, user);
    await redeem(platform, app, { code });
    const { status, body } = await redeem(platform, app, { code });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_grant", error_codes: [54005] });
  });

  test("is valid for ten minutes: AADSTS70008", async () => {
    const late = await codeFor(platform, app, user);
    const inTime = await codeFor(platform, app, user);
    platform.clock.advance(10 * minuteMs - 1);
    expect((await redeem(platform, app, { code: inTime })).status).toBe(200);
    platform.clock.advance(1);
    expect((await redeem(platform, app, { code: late })).body).toMatchObject({
      error: "invalid_grant",
      error_codes: [70008],
    });
  });

  test("of another application is refused: AADSTS70000 with bad_token", async () => {
    const code = await codeFor(platform, app, user);
    const { body } = await redeem(platform, addWebApp(platform), { code });
    expect(body).toMatchObject({ error: "invalid_grant", error_codes: [70000], suberror: "bad_token" });
    expect((await redeem(platform, app, { code })).status).toBe(200);
  });

  test("that is truncated is refused: AADSTS9002313 as invalid_grant", async () => {
    const code = (await codeFor(platform, app, user)).slice(0, -1);
    expect((await redeem(platform, app, { code })).body).toMatchObject({
      error: "invalid_grant",
      error_codes: [9002313],
    });
  });

  test("is missing: AADSTS900144", async () => {
    expect((await redeem(platform, app, { code: undefined })).body).toMatchObject({ error_codes: [900144] });
  });

  test("needs the redirect URI of the first request: AADSTS500112", async () => {
    const code = await codeFor(platform, app, user);
    const { body } = await redeem(platform, app, { code, redirect_uri: `${app.redirectUri}/` });
    expect(body.error_codes).toEqual([500112]);
    expect(body.error_description).toContain(`'${app.redirectUri}'`);
    expect((await redeem(platform, app, { code, redirect_uri: undefined })).body.error_codes).toEqual([900144]);
  });

  test("of a web application needs its secret: AADSTS7000218, 401", async () => {
    const code = await codeFor(platform, app, user);
    const { status, body } = await redeem(platform, app, { code, client_secret: undefined });
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: "invalid_client", error_codes: [7000218] });
    expect((await redeem(platform, app, { code, client_secret: "wrong" })).body.error_codes).toEqual([7000215]);
  });

  test("issued over /common is redeemed there, and at the tenant's own path", async () => {
    const multi = addWebApp(platform, { signInAudience: "AzureADMultipleOrgs" });
    const first = await codeFor(platform, multi, user, { tenant: "common" });
    expect((await redeem(platform, multi, { code: first }, { tenant: "common" })).status).toBe(200);
    const second = await codeFor(platform, multi, user, { tenant: "organizations" });
    expect((await redeem(platform, multi, { code: second })).status).toBe(200);
  });

  test("for two APIs is redeemed for the first, and its refresh token for the second", async () => {
    const api = platform.directory.registerApplication({
      displayName: "Orders",
      identifierUris: ["api://two-apis"],
      scopes: [{ value: "Orders.Read" }],
    });
    platform.directory.setRequiredResourceAccess(app.appId, [
      { name: "Microsoft Graph", delegatedPermissions: ["User.Read"] },
      { resourceAppId: api.appId, delegatedPermissions: ["Orders.Read"] },
    ]);
    platform.directory.grantAdminConsent(app.appId);
    const scope = "openid offline_access User.Read api://two-apis/Orders.Read";
    const code = await codeFor(platform, app, user, { scope });
    expect((await redeem(platform, app, { code, scope })).body).toMatchObject({
      error: "invalid_scope",
      error_codes: [28000],
    });
    const first = await redeem(platform, app, { code });
    expect(decodeJwt(first.body.access_token).aud).toBe("00000003-0000-0000-c000-000000000000");
    const { refresh_token } = first.body;
    const second = await redeem(platform, app, { refresh_token, scope: "api://two-apis/Orders.Read" });
    expect(decodeJwt(second.body.access_token)).toMatchObject({ aud: "api://two-apis", scp: "Orders.Read" });
    expect(second.body.scope).toBe("api://two-apis/Orders.Read");
  });

  test("keeps offline_access if the redemption's scope omits it", async () => {
    const code = await codeFor(platform, app, user);
    expect((await redeem(platform, app, { code, scope: "User.Read" })).body.refresh_token).toBeDefined();
  });

  test("without openid and offline_access returns only an access token", async () => {
    const code = await codeFor(platform, app, user, { scope: "User.Read" });
    const { body } = await redeem(platform, app, { code });
    expect(body.refresh_token).toBeUndefined();
    expect(body.id_token).toBeUndefined();
    expect(body.scope).toBe("User.Read");
  });
});

describe("PKCE", () => {
  test("S256: the verifier redeems the code", async () => {
    const code = await codeFor(platform, app, user, { code_challenge: challenge, code_challenge_method: "S256" });
    expect((await redeem(platform, app, { code, code_verifier: verifier })).status).toBe(200);
  });

  test("plain is the default method", async () => {
    const code = await codeFor(platform, app, user, { code_challenge: verifier });
    expect((await redeem(platform, app, { code, code_verifier: verifier })).status).toBe(200);
  });

  test("a wrong verifier is refused and does not use up the code: AADSTS501481", async () => {
    const code = await codeFor(platform, app, user, { code_challenge: challenge, code_challenge_method: "S256" });
    const wrong = await redeem(platform, app, { code, code_verifier: `${verifier}x` });
    expect(wrong.body).toMatchObject({ error: "invalid_grant", error_codes: [501481] });
    expect((await redeem(platform, app, { code, code_verifier: verifier })).status).toBe(200);
  });

  test("a missing verifier is refused: AADSTS50148", async () => {
    const code = await codeFor(platform, app, user, { code_challenge: challenge, code_challenge_method: "S256" });
    expect((await redeem(platform, app, { code })).body).toMatchObject({
      error: "invalid_grant",
      error_codes: [50148],
    });
  });

  test("the method is bound to the code: the S256 challenge itself is not a verifier", async () => {
    const code = await codeFor(platform, app, user, { code_challenge: challenge, code_challenge_method: "S256" });
    expect((await redeem(platform, app, { code, code_verifier: challenge })).body.error_codes).toEqual([501481]);
  });

  test("a verifier for a code without a challenge is refused", async () => {
    const code = await codeFor(platform, app, user);
    expect((await redeem(platform, app, { code, code_verifier: verifier })).body.error_codes).toEqual([501481]);
  });
});

describe("kinds of redirect URI", () => {
  const origin = { origin: "https://spa.example" };
  const spaUri = "https://spa.example/";
  const pkce = { code_challenge: challenge, code_challenge_method: "S256" };

  function addSpa(): WebApp {
    const { appId } = platform.directory.registerApplication({ displayName: "Spa", spaRedirectUris: [spaUri] });
    return { appId, secret: "", redirectUri: spaUri };
  }

  async function consented(spa: WebApp): Promise<WebApp> {
    platform.directory.setRequiredResourceAccess(spa.appId, [
      { name: "Microsoft Graph", delegatedPermissions: ["User.Read"] },
    ]);
    platform.directory.grantAdminConsent(spa.appId);
    return spa;
  }

  test("a single-page application redeems from its origin, without a secret, and may read the response", async () => {
    const spa = await consented(addSpa());
    const code = await codeFor(platform, spa, user, { redirect_uri: spaUri, ...pkce });
    const response = await redeem(
      platform,
      spa,
      { code, client_secret: undefined, code_verifier: verifier },
      { headers: origin },
    );
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://spa.example");
    expect(response.body.refresh_token_expires_in).toBe(86_400);
  });

  test("without an Origin header it is refused: AADSTS9002327", async () => {
    const spa = await consented(addSpa());
    const code = await codeFor(platform, spa, user, { redirect_uri: spaUri, ...pkce });
    const { body } = await redeem(platform, spa, { code, client_secret: undefined, code_verifier: verifier });
    expect(body).toMatchObject({ error: "invalid_request", error_codes: [9002327] });
  });

  test("without PKCE it is refused: AADSTS9002325", async () => {
    const spa = await consented(addSpa());
    const code = await codeFor(platform, spa, user, { redirect_uri: spaUri });
    const { body } = await redeem(platform, spa, { code, client_secret: undefined }, { headers: origin });
    expect(body.error_codes).toEqual([9002325]);
  });

  test("with a secret it is refused: AADSTS700025", async () => {
    const spa = await consented(addSpa());
    const { secretText } = platform.directory.addPassword(spa.appId);
    const code = await codeFor(platform, spa, user, { redirect_uri: spaUri, ...pkce });
    const { status, body } = await redeem(
      platform,
      spa,
      { code, client_secret: secretText, code_verifier: verifier },
      { headers: origin },
    );
    expect(status).toBe(401);
    expect(body.error_codes).toEqual([700025]);
  });

  test("a web application that redeems from a browser is refused, and its script may read why: AADSTS9002326", async () => {
    const code = await codeFor(platform, app, user);
    const { body, headers } = await redeem(platform, app, { code }, { headers: { origin: "https://app.example" } });
    expect(body).toMatchObject({ error: "invalid_request", error_codes: [9002326] });
    expect(body.error_description).toContain("Request origin: 'https://app.example'");
    expect(headers.get("access-control-allow-origin")).toBe("https://app.example");
  });

  test("a desktop application on any port of localhost redeems without a secret", async () => {
    const { appId } = platform.directory.registerApplication({
      displayName: "Desktop",
      publicClientRedirectUris: ["http://localhost"],
    });
    const desktop = await consented({ appId, secret: "", redirectUri: "http://localhost:51234" });
    const code = await codeFor(platform, desktop, user, { redirect_uri: desktop.redirectUri, ...pkce });
    const { status } = await redeem(platform, desktop, { code, client_secret: undefined, code_verifier: verifier });
    expect(status).toBe(200);
  });
});

describe("the ID token", () => {
  test("identifies the user to its client, with the claims of version 2 in order, verifiable with the published keys", async () => {
    const code = await codeFor(platform, app, user, { nonce: "n-1", scope: "openid profile email User.Read" });
    const { body } = await redeem(platform, app, { code });
    const { body: keys } = await getJson(platform, `/${platform.tenant.id}/discovery/v2.0/keys`);
    expect(keys.keys.length).toBeGreaterThan(0);
    const claims = decodeJwt(body.id_token);
    expect(Object.keys(claims)).toEqual([
      ...["aud", "iss", "iat", "nbf", "exp", "aio", "email", "name", "nonce", "oid", "preferred_username"],
      ...["rh", "sid", "sub", "tid", "uti", "ver"],
    ]);
    expect(claims).toMatchObject({
      aud: app.appId,
      iss: `${platform.url}/${platform.tenant.id}/v2.0`,
      email: user.mail,
      name: user.displayName,
      nonce: "n-1",
      oid: user.id,
      preferred_username: user.userPrincipalName,
      tid: platform.tenant.id,
      ver: "2.0",
    });
  });

  test("without profile and email contains no names", async () => {
    const code = await codeFor(platform, app, user, { scope: "openid" });
    const claims = decodeJwt((await redeem(platform, app, { code })).body.id_token);
    for (const name of ["name", "preferred_username", "oid", "email"]) {
      expect(claims).not.toHaveProperty(name);
    }
    expect(claims.sub).toMatch(/^[\w-]{43}$/);
  });

  test("has a subject that is constant for one application and different for another", async () => {
    const subject = async (to: WebApp): Promise<unknown> => {
      const { body } = await redeem(platform, to, { code: await codeFor(platform, to, user) });
      return decodeJwt(body.id_token).sub;
    };
    const first = await subject(app);
    expect(await subject(app)).toBe(first);
    expect(await subject(addWebApp(platform))).not.toBe(first);
  });

  test("has the optional claims that the registration lists and the request asks for", async () => {
    const more = addWebApp(platform, { optionalClaims: { idToken: [{ name: "auth_time" }, { name: "unknown" }] } });
    const claims = JSON.stringify({ id_token: { login_hint: null } });
    const { body } = await redeem(platform, more, { code: await codeFor(platform, more, user, { claims }) });
    const token = decodeJwt(body.id_token);
    expect(token["auth_time"]).toBe(Math.floor(platform.clock.now() / 1000));
    expect(token["login_hint"]).toMatch(/^O\./);
    expect(token).not.toHaveProperty("unknown");
  });

  test("has the user's app roles on the client", async () => {
    const roles = addWebApp(platform, { appRoles: [{ value: "Buyer", allowedMemberTypes: ["User"] }] });
    platform.directory.assignUser(roles.appId, user.userPrincipalName, "Buyer");
    const { body } = await redeem(platform, roles, { code: await codeFor(platform, roles, user) });
    expect(decodeJwt(body.id_token)["roles"]).toEqual(["Buyer"]);
  });
});

test("client_info is returned if requested: the account ids of every MSAL", async () => {
  const { body } = await redeem(platform, app, { code: await codeFor(platform, app, user), client_info: "1" });
  expect(JSON.parse(Buffer.from(body.client_info, "base64url").toString())).toEqual({
    uid: user.id,
    utid: platform.tenant.id,
  });
});

test("jose verifies the signature of a user's token with the published keys", async () => {
  const { body } = await redeem(platform, app, { code: await codeFor(platform, app, user) });
  const keys = createRemoteJWKSet(new URL(`${platform.url}/${platform.tenant.id}/discovery/v2.0/keys`), {
    [(await import("jose")).customFetch]: (url: string) => platform.fetch(new Request(url)),
  });
  const { payload } = await jwtVerify(body.id_token, keys, {
    audience: app.appId,
    currentDate: new Date(platform.clock.now()),
  });
  expect(payload["oid"]).toBe(user.id);
});
