import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postForm, registerDaemon, type TokenResponse, tokenForm, tokenPath } from "../../support/daemon.ts";
import { addUser, addWebApp, codeFor, redeem, type WebApp } from "../../support/signIn.ts";
import { steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
let api: WebApp;
let app: WebApp;
let user: User;
let assertion: string;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  api = addWebApp(platform, {
    displayName: "Orders",
    identifierUris: ["api://orders"],
    scopes: [{ value: "access" }],
    appRoles: [{ value: "Orders.All" }],
    requestedAccessTokenVersion: 2,
  });
  app = addWebApp(platform, {
    requiredResourceAccess: [{ resourceAppId: api.appId, delegatedPermissions: ["access"] }],
  });
  user = addUser(platform);
  assertion = await tokenForApi();
});
afterAll(() => platform.stop());

async function tokenForApi(scope = "api://orders/access"): Promise<string> {
  const { body } = await redeem(platform, app, { code: await codeFor(platform, app, user, { scope }) });
  return body.access_token;
}

function exchange(changes: Record<string, string> = {}, client: WebApp = api): Promise<TokenResponse> {
  return postForm(platform, tokenPath(platform), {
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    client_id: client.appId,
    client_secret: client.secret,
    assertion,
    requested_token_use: "on_behalf_of",
    scope: "https://graph.microsoft.com/User.Read offline_access",
    ...changes,
  });
}

test("an API gets a token for another API, for the same user", async () => {
  const { status, body } = await exchange();
  expect(status).toBe(200);
  expect(decodeJwt(body.access_token)).toMatchObject({ oid: user.id, appid: api.appId, scp: "User.Read" });
  expect(body.scope).toBe("https://graph.microsoft.com/User.Read");
  expect((await redeem(platform, api, { refresh_token: body.refresh_token })).status).toBe(200);
});

test("an API gets it at the version 1 endpoint for a resource", async () => {
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", requested_token_use: "on_behalf_of" };
  const resource = "https://graph.microsoft.com";
  const client = { client_id: api.appId, client_secret: api.secret };
  const { body } = await postForm(platform, tokenPath(platform, 1), { ...form, ...client, assertion, resource });
  expect(body).toMatchObject({
    resource,
    scope: expect.stringContaining("User.Read"),
    expires_on: expect.stringMatching(/^\d+$/),
  });
  expect(decodeJwt(body.access_token)).toMatchObject({ oid: user.id, appid: api.appId });
});

test(".default returns what was consented to", async () => {
  const { body } = await exchange({ scope: "https://graph.microsoft.com/.default" });
  expect(decodeJwt(body.access_token)["scp"]).toBe("User.Read");
});

describe("refuses", () => {
  test.each<[string, Record<string, string>, string, number]>([
    ["text that is not a JWT", { assertion: "opaque" }, "invalid_request", 50027],
    ["no assertion", { assertion: "" }, "invalid_request", 900144],
    ["no requested_token_use", { requested_token_use: "" }, "invalid_request", 900144],
    ["another use", { requested_token_use: "exchange" }, "invalid_request", 90013],
    ["no scope", { scope: "" }, "invalid_request", 900144],
    ["no credential", { client_secret: "" }, "invalid_client", 7000218],
    ["permissions of two APIs", { scope: "User.Read api://orders/access" }, "invalid_resource", 90009],
    ["a permission without consent", { scope: "Mail.Read" }, "invalid_grant", 65001],
  ])("%s", async (_, changes, error, code) => {
    expect((await exchange(changes)).body).toMatchObject({ error, error_codes: [code] });
  });

  test.each([
    ["an unknown key", { kid: "unknown" }, "The key was not found."],
    ["another signature", {}, "Key was found, but use of the key to verify the signature failed."],
  ])("a token with %s: AADSTS50013", async (_, changes, reason) => {
    const [header = "", payload] = assertion.split(".");
    const named = { ...(decodeProtectedHeader(assertion) as object), ...changes };
    const changed = Buffer.from(JSON.stringify(named)).toString("base64url");
    expect(changed === header).toBe(!("kid" in changes));
    const { body } = await exchange({ assertion: `${changed}.${payload}.${"A".repeat(342)}` });
    expect(body).toMatchObject({ error: "invalid_grant", error_codes: [50013] });
    expect(body.error_description).toContain(`[Reason - ${reason}, Thumbprint of key used by client: '`);
  });

  test("a token for another API: AADSTS500131", async () => {
    platform.directory.setRequiredResourceAccess(app.appId, [
      { name: "Microsoft Graph", delegatedPermissions: ["User.Read"] },
    ]);
    platform.directory.grantAdminConsent(app.appId);
    const { body } = await exchange({ assertion: await tokenForApi("User.Read") });
    expect(body.error_codes).toEqual([500131]);
    expect(body.error_description).toContain(`the expected audience is '${api.appId}'`);
  });

  test("a token of an application without a user: AADSTS7000114", async () => {
    const daemon = registerDaemon(platform);
    const appOnly = await postForm(
      platform,
      tokenPath(platform),
      tokenForm(daemon, { scope: "api://orders/.default" }),
    );
    expect((await exchange({ assertion: appOnly.body.access_token })).body.error_codes).toEqual([7000114]);
  });

  test("a token of a user whose sessions were revoked: AADSTS50173", async () => {
    const other = addUser(platform);
    const code = await codeFor(platform, app, other, { scope: "api://orders/access" });
    const { body } = await redeem(platform, app, { code });
    platform.clock.advance(1000);
    platform.directory.revokeSessions(other.userPrincipalName);
    expect((await exchange({ assertion: body.access_token })).body.error_codes).toEqual([50173]);
  });

  test("an expired token: AADSTS500133", async () => {
    platform.clock.advance(2 * 3_600_000);
    expect((await exchange()).body).toMatchObject({ error: "invalid_grant", error_codes: [500133] });
  });
});
