import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Browser, Visited } from "../support/browser.ts";
import { postForm, tokenPath } from "../support/daemon.ts";
import { appIdIn, openPortal, press, register } from "../support/portal.ts";
import { authorizePath } from "../support/signIn.ts";

let platform: Platform;
let browser: Browser;
let path: string;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await openPortal(platform);
});
afterAll(() => platform.stop());
beforeEach(async () => {
  path = await register(browser, "Orders");
});

const page = async (segment: string): Promise<string> => (await browser.get(`${path}/${segment}`)).html;
const send = (segment: string, action: string, fields: Readonly<Record<string, string>>): Promise<Visited> =>
  press(browser, `${path}/${segment}`, action, fields);

describe("authentication", () => {
  const uris = {
    web: "https://app.example/a\r\n\r\n https://app.example/b ",
    spa: "http://localhost:3000/",
    publicClient: "http://localhost",
    logoutUrl: "https://app.example/out",
  };

  test("keeps redirect URIs by platform, and the authorize endpoint uses them", async () => {
    const app = { appId: appIdIn(path) };
    const requestAuthorization = (redirect_uri: string): Promise<Visited> =>
      browser.get(authorizePath(platform, app, { redirect_uri, scope: "openid" }));
    expect((await requestAuthorization("https://app.example/b")).html).toContain("AADSTS50011");
    expect((await send("authentication", "save", { ...uris, idTokens: "yes" })).status).toBe(303);
    expect((await requestAuthorization("https://app.example/b")).html).not.toContain("AADSTS50011");
    const html = await page("authentication");
    expect(html).toContain("https://app.example/a\nhttps://app.example/b</textarea>");
    expect(html).toMatch(/name="idTokens"[^>]* checked/);
    expect(html).not.toMatch(/name="(accessTokens|allowPublicClient)"[^>]* checked/);
    expect(html).toContain('value="https://app.example/out"');
  });

  test.each([
    [{ web: "http://app.example/" }, "must use https"],
    [{ spa: "nonsense" }, "not an absolute URL"],
    [{ publicClient: "javascript:alert(1)" }, "cannot receive a redirect"],
    [{ logoutUrl: "http://app.example/" }, "must use https"],
  ])("refuses %j and changes nothing", async (wrong, why) => {
    await send("authentication", "save", uris);
    const { status, html } = await send("authentication", "save", { ...uris, web: "https://new.example/", ...wrong });
    expect([status, html]).toEqual([400, expect.stringContaining(why)]);
    expect(await page("authentication")).toContain("https://app.example/b");
  });
});

describe("expose an API", () => {
  test("consent and tokens use its identifier URIs, scopes and app roles", async () => {
    const uri = `api://${appIdIn(path)}`;
    expect((await send("api", "save", { uris: uri, version: "2" })).status).toBe(303);
    expect(
      (await send("api", "add-role", { value: "Orders.Read.All", displayName: "Read", members: "Application" })).status,
    ).toBe(303);
    expect(
      (await send("api", "add-scope", { value: "Orders.Read", displayName: "Read mine", type: "Admin" })).status,
    ).toBe(303);
    const { appId } = platform.directory.registerApplication({
      displayName: "Caller",
      requiredResourceAccess: [{ name: uri, permissions: ["Orders.Read.All"], delegatedPermissions: ["Orders.Read"] }],
    });
    platform.directory.grantAdminConsent(appId);
    const { secretText } = platform.directory.addPassword(appId);
    const form = {
      grant_type: "client_credentials",
      client_id: appId,
      client_secret: secretText,
      scope: `${uri}/.default`,
    };
    const { body } = await postForm(platform, tokenPath(platform), form);
    const claims = JSON.parse(Buffer.from(body.access_token.split(".")[1], "base64url").toString());
    expect(claims).toMatchObject({ ver: "2.0", aud: appIdIn(path), roles: ["Orders.Read.All"] });
    const html = await page("api");
    expect(html).toContain("Read mine · administrators consent");
    for (const [kind, value] of [
      ["role", "Orders.Read.All"],
      ["scope", "Orders.Read"],
    ] as const) {
      const id = new RegExp(`<strong>${value}</strong>[\\s\\S]*?name="id" value="([^"]+)"`).exec(html)?.[1] ?? "";
      expect((await send("api", `remove-${kind}`, { id })).status).toBe(303);
      expect((await send("api", `remove-${kind}`, { id })).status).toBe(400);
    }
    expect(await page("api")).not.toContain("<strong>Orders");
  });

  test.each([
    ["save", { uris: "https://graph.microsoft.com" }, "verified domain"],
    ["save", { uris: "api://elsewhere" }, "verified domain"],
    ["add-scope", { value: "two words", displayName: "x" }, "and no spaces"],
    ["add-role", { value: "", displayName: "x", members: "User" }, "and no spaces"],
    ["add-role", { value: "A", displayName: "x", members: "Robot" }, "Choose who"],
  ])("%s refuses %j", async (action, fields, why) => {
    const { status, html } = await send("api", action, fields);
    expect([status, html]).toEqual([400, expect.stringContaining(why)]);
  });

  test("an identifier URI is used only once, in any letter case", async () => {
    const uri = `api://${platform.tenant.id}/orders`;
    expect((await send("api", "save", { uris: `${uri}\n${uri.toUpperCase()}` })).html).toContain("is listed twice");
    expect((await send("api", "save", { uris: uri })).status).toBe(303);
    const other = await register(browser, "Other");
    expect((await press(browser, `${other}/api`, "save", { uris: uri })).html).toContain("Another application");
  });

  test("a scope and a role cannot have the same value", async () => {
    await send("api", "add-scope", { value: "A", displayName: "x" });
    expect((await send("api", "add-role", { value: "A", displayName: "x", members: "User" })).html).toContain(
      "already",
    );
  });
});

describe("federated credentials", () => {
  const credential = {
    name: "github",
    issuer: "https://issuer.example",
    subject: "repo:a",
    audience: "api://AzureADTokenExchange",
  };

  test("are listed and removed, and cannot be added twice", async () => {
    expect((await send("federated", "add", credential)).status).toBe(303);
    expect(await page("federated")).toContain("<code>repo:a</code>");
    expect((await send("federated", "add", { ...credential, name: "other" })).html).toContain("already");
    expect((await send("federated", "remove", { name: "github" })).status).toBe(303);
    expect((await send("federated", "remove", { name: "github" })).status).toBe(400);
    expect(await page("federated")).not.toContain("repo:a");
  });

  test.each([
    [{ name: "a b c" }, "3 to 120 letters"],
    [{ issuer: "issuer" }, "must be a URL"],
    [{ keys: "[]" }, "JSON Web Key Set"],
    [{ keys: "{" }, "JSON Web Key Set"],
    [{ keys: '{"keys":[{"kty":"RSA","d":"CANARY"}]}' }, "private key"],
  ])("are refused with %j", async (wrong, why) => {
    const { status, html } = await send("federated", "add", { ...credential, ...wrong });
    expect([status, html]).toEqual([400, expect.stringContaining(why)]);
    expect(html).not.toContain("CANARY");
  });
});

test("the manifest equals Graph's application", async () => {
  const text = /<pre>([^<]+)<\/pre>/.exec(await page("manifest"))?.[1]?.replaceAll("&quot;", '"') ?? "";
  expect(JSON.parse(text)).toMatchObject({ appId: appIdIn(path), displayName: "Orders", web: { redirectUris: [] } });
});
