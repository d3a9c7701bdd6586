import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, openBrowser } from "../support/browser.ts";
import { postForm, tokenPath } from "../support/daemon.ts";

let platform: Platform;
let browser: Browser;
let appId: string;
let path: string;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

const redirectUri = "https://app.example/permissions";

beforeEach(() => {
  browser = openBrowser(platform);
  appId = platform.directory.registerApplication({
    displayName: "Nightly <report>",
    redirectUris: [redirectUri],
    requiredResourceAccess: [
      { name: "Microsoft Graph", permissions: ["User.Read.All"], delegatedPermissions: ["User.Read", "Mail.Read"] },
    ],
  }).appId;
  path = address(1);
});

function address(version: 1 | 2, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ client_id: appId, redirect_uri: redirectUri, state: "s 1", ...more });
  return `/${platform.tenant.id}/${version === 2 ? "v2.0/" : ""}adminconsent?${query}`;
}

async function signInAsAdministrator(to: string = path): Promise<void> {
  const { userPrincipalName, password } = platform.tenant.administrator;
  await browser.signIn(to, userPrincipalName, password);
  await browser.get(to);
}

async function rolesInToken(): Promise<unknown> {
  const { secretText } = platform.directory.addPassword(appId);
  const response = await postForm(platform, tokenPath(platform), {
    grant_type: "client_credentials",
    client_id: appId,
    client_secret: secretText,
    scope: "https://graph.microsoft.com/.default",
  });
  return decodeJwt(response.body.access_token)["roles"];
}

describe("the page", () => {
  test("asks a visitor to sign in first", async () => {
    const { status, html } = await browser.get(path);
    expect(status).toBe(200);
    expect(html).toContain("Sign in");
    expect(html).toContain('autocomplete="current-password"');
  });

  test("shows which application requests what", async () => {
    await signInAsAdministrator();
    const { html } = await browser.get(path);
    expect(html).toContain("Nightly &lt;report&gt;");
    expect(html).toContain(appId);
    expect(html).toContain("Contoso (this tenant, contoso.onmicrosoft.com)");
    expect(html).toContain("User.Read.All");
    expect(html).toContain("Read the full profiles of all users, without a signed-in user.");
    expect(html).toContain("Application: without a signed-in user");
    expect(html).toContain("Mail.Read");
    expect(html).toContain("Delegated: on behalf of every user");
    expect(html).toContain("app.example");
  });

  test("may not be framed, runs no script, and only sends forms to itself and the redirect URI", async () => {
    await signInAsAdministrator();
    const policy = (await browser.get(path)).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self' https://app.example;");
    expect(policy).not.toContain("script-src");
  });

  test("stores the session in a cookie that scripts, other hosts and foreign posts do not get", async () => {
    const { userPrincipalName, password } = platform.tenant.administrator;
    const { status, headers } = await browser.signIn(path, userPrincipalName, password);
    expect(status).toBe(303);
    const [page, silent] = headers.getSetCookie();
    expect(page).toMatch(/^__Host-latchkey-session-\d+=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    expect(silent).toMatch(/^__Host-latchkey-silent-\d+=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=None$/);
    expect(silent?.split("=")[1]).not.toBe(page?.split("=")[1]);
  });

  test("refuses a wrong password with AADSTS50126 and starts no session", async () => {
    const { userPrincipalName } = platform.tenant.administrator;
    const { status, html, headers } = await browser.signIn(path, userPrincipalName, "wrong");
    expect(status).toBe(400);
    expect(html).toContain("AADSTS50126");
    expect(headers.get("set-cookie")).toBeNull();
  });

  test("refuses a wrong password for a user whose password was given", async () => {
    const userPrincipalName = `own${appId}@contoso.onmicrosoft.com`;
    platform.directory.createUser({ userPrincipalName, displayName: "A user", password: "Right-1-right" });
    expect((await browser.signIn(path, userPrincipalName, "Right-1-wrong")).html).toContain("AADSTS50126");
  });

  test("refuses a disabled user with AADSTS50057", async () => {
    const user = { userPrincipalName: "gone@contoso.onmicrosoft.com", displayName: "Gone", accountEnabled: false };
    platform.directory.createUser({ ...user, password: "Right-1-right" });
    const { html } = await browser.signIn(path, user.userPrincipalName, "Right-1-right");
    expect(html).toContain("AADSTS50057");
  });

  test("refuses a user who is not an administrator with AADSTS90093, and offers to sign in with another account", async () => {
    const userPrincipalName = `user${appId}@contoso.onmicrosoft.com`;
    platform.directory.createUser({ userPrincipalName, displayName: "A user", password: "Right-1-right" });
    await browser.signIn(path, userPrincipalName, "Right-1-right");
    const refused = await browser.get(path);
    expect(refused.status).toBe(403);
    expect(refused.html).toContain("AADSTS90093");
    expect(refused.html).toContain("Sign in with another account");
    await browser.post(path, { action: "sign-out", token: browser.token });
    expect((await browser.get(path)).html).toContain("<h1>Sign in</h1>");
  });

  test("ends a session after eight hours", async () => {
    await signInAsAdministrator();
    platform.clock.advance(8 * 3_600_000);
    expect((await browser.get(path)).html).toContain("<h1>Sign in</h1>");
    platform.clock.advance(-8 * 3_600_000);
  });
});

describe("accepting", () => {
  test("gives the application's next token its roles", async () => {
    expect(await rolesInToken()).toBeUndefined();
    await signInAsAdministrator();
    await browser.post(path, { action: "accept", token: browser.token });
    expect(await rolesInToken()).toEqual(["User.Read.All"]);
  });

  test("redirects with admin_consent, tenant and state (v1)", async () => {
    await signInAsAdministrator();
    const { status, location } = await browser.post(path, { action: "accept", token: browser.token });
    expect(status).toBe(302);
    expect(location).toBe(`${redirectUri}?admin_consent=True&tenant=${platform.tenant.id}&state=s+1`);
  });

  test("redirects with the granted scope too (v2.0)", async () => {
    path = address(2, { scope: "https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read" });
    await signInAsAdministrator();
    const { location } = await browser.post(path, { action: "accept", token: browser.token });
    const parameters = new URL(location ?? "").searchParams;
    expect([...parameters.keys()]).toEqual(["admin_consent", "tenant", "scope", "state"]);
    expect(parameters.get("scope")).toBe("https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read");
    expect(await rolesInToken()).toBeUndefined();
  });

  test("treats /.default as everything declared (v2.0)", async () => {
    path = address(2, { scope: "https://graph.microsoft.com/.default" });
    await signInAsAdministrator();
    await browser.post(path, { action: "accept", token: browser.token });
    expect(await rolesInToken()).toEqual(["User.Read.All"]);
  });

  test("keeps further path segments of a registered redirect URI", async () => {
    path = address(1, { redirect_uri: `${redirectUri}/tenant/42` });
    await signInAsAdministrator();
    const { location } = await browser.post(path, { action: "accept", token: browser.token });
    expect(location).toMatch(`${redirectUri}/tenant/42?admin_consent=True`);
  });

  test("shows the result on a page if there is no redirect URI", async () => {
    path = `/${platform.tenant.id}/adminconsent?client_id=${appId}`;
    await signInAsAdministrator();
    const { status, html } = await browser.post(path, { action: "accept", token: browser.token });
    expect(status).toBe(200);
    expect(html).toContain("Consent granted");
  });

  test("works at /organizations for the administrator's own tenant", async () => {
    path = path.replace(platform.tenant.id, "organizations");
    await signInAsAdministrator();
    const { location } = await browser.post(path, { action: "accept", token: browser.token });
    expect(location).toContain(`tenant=${platform.tenant.id}`);
  });

  test("creates the service principal when it is missing", async () => {
    appId = platform.directory.registerApplication({
      displayName: "Alone",
      redirectUris: [redirectUri],
      servicePrincipal: false,
      requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
    }).appId;
    path = address(1);
    await signInAsAdministrator();
    await browser.post(path, { action: "accept", token: browser.token });
    expect(await rolesInToken()).toEqual(["User.Read.All"]);
  });

  test("a second time changes nothing", async () => {
    await signInAsAdministrator();
    await browser.post(path, { action: "accept", token: browser.token });
    await browser.post(path, { action: "accept", token: browser.token });
    expect(await rolesInToken()).toEqual(["User.Read.All"]);
  });
});

describe("declining", () => {
  test("changes nothing and returns permission_denied (v1)", async () => {
    await signInAsAdministrator();
    const { location } = await browser.post(path, { action: "decline", token: browser.token });
    expect(location).toBe(
      `${redirectUri}?error=permission_denied&error_description=The+admin+canceled+the+request&state=s+1`,
    );
    expect(await rolesInToken()).toBeUndefined();
  });

  test("returns access_denied with AADSTS65004 and no tenant (v2.0)", async () => {
    path = address(2, { scope: "https://graph.microsoft.com/.default" });
    await signInAsAdministrator();
    const { location } = await browser.post(path, { action: "decline", token: browser.token });
    const parameters = new URL(location ?? "").searchParams;
    expect([...parameters.keys()]).toEqual(["error", "error_description", "error_uri", "admin_consent", "state"]);
    expect(parameters.get("error")).toBe("access_denied");
    expect(parameters.get("error_description")).toMatch(/^AADSTS65004: User declined to consent to access the app\./);
  });
});

describe("a form is not trusted", () => {
  const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["another origin", { origin: "https://evil.example" }],
    ["another port of localhost", { origin: "https://localhost:1" }],
    ["a sandboxed page", { origin: "null" }],
    ["a cross-site page", { "sec-fetch-site": "cross-site" }],
    ["a same-site page", { "sec-fetch-site": "same-site" }],
  ];
  test.each(foreign)("from %s", async (_, headers) => {
    await signInAsAdministrator();
    const { status, html } = await browser.post(path, { action: "accept", token: browser.token }, headers);
    expect(status).toBe(400);
    expect(html).toContain("AADSTS90013");
    expect(await rolesInToken()).toBeUndefined();
  });

  test("without the session's token", async () => {
    await signInAsAdministrator();
    expect((await browser.post(path, { action: "accept" })).status).toBe(400);
    expect(await rolesInToken()).toBeUndefined();
  });

  test("with the token of another session", async () => {
    await signInAsAdministrator();
    const { token } = browser;
    browser = openBrowser(platform);
    await signInAsAdministrator();
    expect((await browser.post(path, { action: "accept", token })).status).toBe(400);
  });

  test("without a session", async () => {
    const { html } = await browser.post(path, { action: "accept", token: "" });
    expect(html).toContain("Your session has ended.");
    expect(await rolesInToken()).toBeUndefined();
  });
});

describe("a request is refused on a page, never by redirect", () => {
  const strays: readonly (readonly [string, string])[] = [
    ["another host", "https://evil.example/permissions"],
    ["a host with the same beginning", "https://app.example.evil.example/permissions"],
    ["a path with the same beginning", "https://app.example/permissionsx"],
    ["dot segments", "https://app.example/permissions/../evil"],
    ["encoded dot segments", "https://app.example/permissions/%2e%2e/evil"],
    ["an encoded slash", "https://app.example/permissions/..%2fevil"],
    ["a backslash", "https://app.example/permissions/..\\evil"],
    ["user information", "https://app.example@evil.example/permissions"],
    ["another scheme", "http://app.example/permissions"],
    ["a script", "javascript:alert(1)"],
  ];
  test.each(strays)("for a redirect URI with %s: AADSTS50011", async (_, stray) => {
    const { status, html, location } = await browser.get(address(1, { redirect_uri: stray }));
    expect(status).toBe(400);
    expect(location).toBeNull();
    expect(html).toContain("AADSTS50011");
  });

  test("for an unknown application: AADSTS700016", async () => {
    const { html } = await browser.get(address(1, { client_id: "11111111-2222-3333-4444-555555555555" }));
    expect(html).toContain("AADSTS700016");
  });

  test("for an unknown tenant: AADSTS90002", async () => {
    const { html } = await browser.get(path.replace(platform.tenant.id, "fabrikam.example"));
    expect(html).toContain("AADSTS90002");
  });

  test("without scope at v2.0: AADSTS900144", async () => {
    expect((await browser.get(address(2))).html).toContain("AADSTS900144");
  });

  test("for a scope the API does not have: AADSTS650053", async () => {
    path = address(2, { scope: "https://graph.microsoft.com/Everything.Break" });
    await signInAsAdministrator();
    expect((await browser.get(path)).html).toContain("AADSTS650053");
  });

  test("for a declared API that the tenant does not have: AADSTS650052", async () => {
    const api = platform.directory.registerApplication({ displayName: "Gone", appRoles: [{ value: "Enter" }] });
    platform.directory.setRequiredResourceAccess(appId, [{ resourceAppId: api.appId, permissions: ["Enter"] }]);
    platform.directory.deleteApplication(api.appId);
    await signInAsAdministrator();
    const { html } = await browser.get(path);
    expect(html).toContain("AADSTS650052");
    expect(html).toContain(`which has no service principal in ${platform.tenant.displayName}`);
  });

  test("with correlation id, time and a reason in plain words", async () => {
    const correlationId = "0a0a0a0a-1b1b-4c2c-8d3d-4e4e4e4e4e4e";
    const { html } = await browser.get(address(2, { "client-request-id": correlationId }));
    expect(html).toContain(correlationId);
    expect(html).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
    expect(html).toContain("In plain words: the v2.0 address needs scope");
  });
});

test("a consent is logged with the application and what it was granted", async () => {
  await signInAsAdministrator();
  await browser.post(path, { action: "accept", token: browser.token });
  expect(platform.events.at(-1)).toMatchObject({
    type: "consent",
    clientId: appId,
    tenantId: platform.tenant.id,
    permissions: ["User.Read.All", "User.Read", "Mail.Read"],
    why: expect.stringContaining("it needs a new token"),
  });
});
