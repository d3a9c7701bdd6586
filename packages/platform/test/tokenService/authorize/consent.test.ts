import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { azureCliAppId } from "../../../src/directory/wellKnown.ts";
import { type Browser, openBrowser } from "../../support/browser.ts";
import { postForm, tokenPath } from "../../support/daemon.ts";
import { graphWith } from "../../support/graph.ts";
import {
  addUser,
  addWebApp,
  answerOf,
  authorizePath,
  password,
  redeem,
  signIn,
  type WebApp,
} from "../../support/signIn.ts";

let platform: Platform;
let app: WebApp;
let user: User;
let browser: Browser;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());
beforeEach(() => {
  app = addWebApp(platform, { consent: false, displayName: "New <app>" });
  user = addUser(platform);
  browser = openBrowser(platform);
});

const path = (changes = {}): string => authorizePath(platform, app, changes);
const accept = (to: string, more: Record<string, string> = {}): ReturnType<Browser["post"]> =>
  browser.post(to, { token: browser.token, action: "accept", ...more });

describe("a user", () => {
  test("sees which application requests what", async () => {
    const { html } = await signIn(browser, path(), user);
    expect(html).toContain("Allow “New &lt;app&gt;” to act for you?");
    expect(html).toContain("Sign in and read your own profile, on your behalf.");
    expect(html).toContain("<code>User.Read</code>");
    expect(html).not.toContain("Consent for everyone");
  });

  test("consents once; the next sign-in needs no consent", async () => {
    await signIn(browser, path(), user);
    const { code } = answerOf(await accept(path()));
    const { body } = await redeem(platform, app, { code });
    expect(body.scope).toContain("User.Read");
    expect(answerOf(await browser.get(path()))["code"]).toBeDefined();
  });

  test("consents only for themselves", async () => {
    await signIn(browser, path(), user);
    await accept(path());
    const { html } = await signIn(openBrowser(platform), path(), addUser(platform));
    expect(html).toContain("to act for you?");
  });

  test("is only asked for what is new: incremental consent", async () => {
    await signIn(browser, path(), user);
    await accept(path());
    const more = path({ scope: "openid User.Read User.ReadBasic.All" });
    const { html } = await browser.get(more);
    expect(html).toContain("User.ReadBasic.All");
    expect(html).not.toContain("<code>User.Read</code>");
    const { code } = answerOf(await accept(more));
    const { body } = await redeem(platform, app, { code });
    expect(decodeJwt(body.access_token)["scp"]).toContain("User.ReadBasic.All");
  });

  test("is asked with .default for everything that the registration declares, and then never again", async () => {
    platform.directory.setRequiredResourceAccess(app.appId, [
      { name: "Microsoft Graph", delegatedPermissions: ["User.Read", "Mail.Read"] },
    ]);
    const all = path({ scope: "openid https://graph.microsoft.com/.default" });
    const { html } = await signIn(browser, all, user);
    expect(html).toContain("Mail.Read");
    const { code } = answerOf(await accept(all));
    const { body } = await redeem(platform, app, { code });
    expect(body.scope.split(" ")).toContain("https://graph.microsoft.com/Mail.Read");
    expect(body.scope.split(" ")).toContain("https://graph.microsoft.com/.default");
    expect(decodeJwt(body.access_token)).toMatchObject({ aud: "https://graph.microsoft.com" });
    platform.directory.setRequiredResourceAccess(app.appId, [
      { name: "Microsoft Graph", delegatedPermissions: ["User.Read", "Mail.Read", "User.ReadWrite"] },
    ]);
    expect(answerOf(await browser.get(all))["code"]).toBeDefined();
  });

  test("declines: consent_required with AADSTS65004, and nothing is stored", async () => {
    await signIn(browser, path(), user);
    const response = answerOf(await browser.post(path(), { token: browser.token, action: "decline" }));
    expect(response).toMatchObject({ error: "consent_required", state: "s 1" });
    expect(response["error_description"]).toContain("AADSTS65004");
    expect((await browser.get(path())).html).toContain("to act for you?");
  });

  test("can only consent by a form of their own session", async () => {
    await signIn(browser, path(), user);
    expect((await browser.post(path(), { token: "guessed", action: "accept" })).html).toContain("AADSTS90013");
    const foreign = await browser.post(
      path(),
      { token: browser.token, action: "accept" },
      { "sec-fetch-site": "cross-site" },
    );
    expect(foreign.html).toContain("AADSTS90013");
    expect((await browser.get(path())).html).toContain("to act for you?");
  });

  test("cannot consent for everyone by sending the administrator's field", async () => {
    await signIn(browser, path(), user);
    await accept(path(), { organization: "yes" });
    const { html } = await signIn(openBrowser(platform), path(), addUser(platform));
    expect(html).toContain("to act for you?");
  });

  test("without consent and with prompt=none: consent_required, AADSTS65001", async () => {
    await signIn(browser, path(), user);
    const response = answerOf(await browser.get(path({ prompt: "none" })));
    expect(response["error"]).toBe("consent_required");
    expect(response["error_description"]).toContain("AADSTS65001");
  });

  test("needs an administrator for a permission of high impact: AADSTS90094", async () => {
    const high = path({ scope: "openid User.Read.All" });
    const { status, html } = await signIn(browser, high, user);
    expect(status).toBe(403);
    expect(html).toContain("AADSTS90094");
    expect(html).toContain("Needs an administrator");
    const tried = await accept(high);
    expect(tried.html).toContain("AADSTS90094");
    const back = answerOf(await browser.post(high, { token: browser.token, action: "decline" }));
    expect(back["error_description"]).toContain("AADSTS65004");
  });

  test("needs an administrator for everything if the tenant requires it", async () => {
    platform.directory.setPolicy({ usersMayConsent: false });
    expect((await signIn(browser, path(), user)).html).toContain("AADSTS90094");
    platform.directory.setPolicy({ usersMayConsent: true });
  });

  test("is asked again with prompt=consent", async () => {
    await signIn(browser, path(), user);
    await accept(path());
    const again = path({ prompt: "consent" });
    expect((await browser.get(again)).html).toContain("<code>User.Read</code>");
    expect(answerOf(await accept(again))["code"]).toBeDefined();
  });
});

describe("an administrator", () => {
  const administrator = (): Promise<Awaited<ReturnType<Browser["get"]>>> => {
    const { userPrincipalName, password } = platform.tenant.administrator;
    return browser.signIn(path(), userPrincipalName, password);
  };

  test("may consent for everyone", async () => {
    const high = path({ scope: "openid User.Read.All" });
    await administrator();
    expect((await browser.get(high)).html).toContain("Consent for everyone in Contoso");
    await accept(high, { organization: "yes" });
    const visited = await signIn(openBrowser(platform), high, user);
    expect(answerOf(visited)["code"]).toBeDefined();
  });

  test("may consent for their own account only", async () => {
    const high = path({ scope: "openid User.Read.All" });
    await administrator();
    await browser.get(high);
    await accept(high);
    expect((await signIn(openBrowser(platform), high, user)).html).toContain("AADSTS90094");
  });
});

test("an application that declares nothing on the API cannot request .default: AADSTS650057", async () => {
  platform.directory.registerApplication({ displayName: "Orders", identifierUris: ["api://undeclared"] });
  const visited = await signIn(browser, path({ scope: "api://undeclared/.default" }), user);
  expect(answerOf(visited)["error_description"]).toContain("AADSTS650057");
});

test("an API that the registration declares and the tenant lacks cannot be consented to: AADSTS650052", async () => {
  const api = platform.directory.registerApplication({
    displayName: "Elsewhere",
    identifierUris: ["api://elsewhere"],
    scopes: [{ value: "access" }],
  });
  platform.directory.setRequiredResourceAccess(app.appId, [
    { name: "Microsoft Graph", delegatedPermissions: ["User.Read"] },
    { resourceAppId: api.appId, delegatedPermissions: ["access"] },
  ]);
  platform.directory.deleteApplication(api.appId);
  const to = path({ scope: "https://graph.microsoft.com/.default" });
  const { error, error_description: text } = answerOf(await signIn(browser, to, user));
  expect(error).toBe("invalid_client");
  expect(text).toMatch(
    new RegExp(`^AADSTS650052: The app is trying to access a service '${api.appId}'\\(.*\\) that your organization`),
  );
});

test("Microsoft's own tools get fixed permissions on Microsoft's APIs, and cannot request more: AADSTS65002", async () => {
  const azureCli = { appId: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", secret: "", redirectUri: "http://localhost" };
  const ask = (scope: string) => authorizePath(platform, azureCli, { redirect_uri: "http://localhost", scope });
  const refused = answerOf(await signIn(browser, ask("https://graph.microsoft.com/Mail.Read"), user));
  expect(refused).toMatchObject({ error: "invalid_request" });
  expect(refused["error_description"]).toMatch(/^AADSTS65002: Consent between first party application '04b07795/);
  const { code } = answerOf(await browser.get(ask("offline_access https://graph.microsoft.com/User.Read")));
  const { body } = await redeem(platform, azureCli, { code, client_secret: undefined });
  const more = { refresh_token: body.refresh_token, scope: "Mail.Read", client_secret: undefined };
  expect((await redeem(platform, azureCli, more)).body.error_codes).toEqual([65002]);
});

test("Microsoft's own tools may register applications and consent for them if the user may", async () => {
  const azureCli = { appId: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", secret: "", redirectUri: "http://localhost" };
  const scope = "https://graph.microsoft.com/.default";
  const to = authorizePath(platform, azureCli, { redirect_uri: "http://localhost", scope });
  const { code } = answerOf(await signIn(browser, to, user));
  const { body } = await redeem(platform, azureCli, { code, client_secret: undefined });
  expect(decodeJwt<{ scp: string }>(body.access_token).scp.split(" ")).toEqual(
    expect.arrayContaining([
      "Application.ReadWrite.All",
      "AppRoleAssignment.ReadWrite.All",
      "DelegatedPermissionGrant.ReadWrite.All",
    ]),
  );
});

test("an API may name clients that need no consent: preAuthorizedApplications", async () => {
  const scopeId = "5c09e000-0000-4000-8000-000000000001";
  const api = platform.directory.registerApplication({
    displayName: "Orders",
    identifierUris: ["api://preauthorized"],
    scopes: [{ value: "Orders.Read", id: scopeId }],
  });
  const graph = await graphWith(platform, ["Application.ReadWrite.All"]);
  const preAuthorizedApplications = [{ appId: app.appId, delegatedPermissionIds: [scopeId] }];
  const patched = await graph(`/v1.0/applications/${api.id}`, {
    method: "PATCH",
    body: { api: { preAuthorizedApplications } },
  });
  expect(patched.status).toBe(204);
  const visited = await signIn(browser, path({ scope: "api://preauthorized/Orders.Read" }), user);
  const { body } = await redeem(platform, app, { code: answerOf(visited)["code"] });
  expect(decodeJwt(body.access_token)["scp"]).toBe("Orders.Read");
});

test("an API may name Microsoft's tools among them: az account get-access-token", async () => {
  const scopeId = "5c09e000-0000-4000-8000-000000000002";
  const api = platform.directory.registerApplication({
    displayName: "Stock",
    identifierUris: ["api://named-by-its-api"],
    scopes: [{ value: "Stock.Read", id: scopeId }],
  });
  const ask = () =>
    postForm(platform, tokenPath(platform), {
      grant_type: "password",
      client_id: azureCliAppId,
      username: user.userPrincipalName,
      password,
      scope: "api://named-by-its-api/.default",
    });
  expect((await ask()).status).toBe(400);
  const preAuthorizedApplications = [{ appId: azureCliAppId, delegatedPermissionIds: [scopeId] }];
  const graph = await graphWith(platform, ["Application.ReadWrite.All"]);
  await graph(`/v1.0/applications/${api.id}`, { method: "PATCH", body: { api: { preAuthorizedApplications } } });
  expect(decodeJwt((await ask()).body.access_token)["scp"]).toBe("Stock.Read");
});

test("an application requests a token for itself by its client id, not by its URI: AADSTS90009", async () => {
  const own = addWebApp(platform, {
    identifierUris: ["api://own"],
    scopes: [{ value: "access" }],
    requestedAccessTokenVersion: 2,
  });
  const byUri = await signIn(browser, authorizePath(platform, own, { scope: "api://own/access" }), user);
  expect(answerOf(byUri)["error_description"]).toContain("AADSTS90009");
  const visited = await signIn(browser, authorizePath(platform, own, { scope: `${own.appId}/access` }), user);
  const { body } = await redeem(platform, own, { code: answerOf(visited)["code"] });
  expect(decodeJwt(body.access_token)).toMatchObject({ aud: own.appId, scp: "access" });
});
