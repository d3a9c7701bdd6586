import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, openBrowser, type Visited } from "../support/browser.ts";
import { postForm } from "../support/daemon.ts";
import { addUser, addWebApp, authorizePath, password, signIn, type WebApp } from "../support/signIn.ts";

let platform: Platform;
let app: WebApp;
let user: User;
beforeAll(async () => {
  platform = await startPlatform();
  user = addUser(platform);
});
afterAll(() => platform.stop());
beforeEach(() => {
  app = addWebApp(platform, { consent: false, logoutUrl: "https://app.example/front-channel" });
  platform.directory.setPolicy({ requiresSecondFactor: false });
});

const administrator = (): { userPrincipalName: string; password: string } => platform.tenant.administrator;
const consentPath = (): string => `/${platform.tenant.id}/adminconsent?client_id=${app.appId}`;
const logoutPath = (): string => `/${platform.tenant.id}/oauth2/v2.0/logout`;

async function devicePath(): Promise<string> {
  const form = { client_id: app.appId, scope: "openid User.Read" };
  const { body } = await postForm(platform, `/${platform.tenant.id}/oauth2/v2.0/devicecode`, form);
  return `/devicelogin?code=${body.user_code}`;
}

/** A browser that signed in at the page and has loaded it. */
async function at(path: string, who: { userPrincipalName: string; password: string }): Promise<Browser> {
  const browser = openBrowser(platform);
  await browser.signIn(path, who.userPrincipalName, who.password);
  await browser.get(path);
  return browser;
}

const credentials = (): { userPrincipalName: string; password: string } => ({ ...user, password });

const pages: readonly (readonly [string, () => Promise<Visited>])[] = [
  ["sign-in", () => openBrowser(platform).get(authorizePath(platform, app))],
  ["a wrong password", () => openBrowser(platform).signIn(authorizePath(platform, app), "nobody@x.example", "wrong")],
  [
    "the second factor",
    () => {
      platform.directory.setPolicy({ requiresSecondFactor: true });
      return openBrowser(platform).signIn(authorizePath(platform, app), user.userPrincipalName, password);
    },
  ],
  [
    "the account picker",
    async () =>
      (await at(consentPath(), credentials())).get(authorizePath(platform, app, { prompt: "select_account" })),
  ],
  ["consent", async () => (await at(consentPath(), credentials())).get(authorizePath(platform, app))],
  [
    "an administrator's approval",
    async () => (await at(consentPath(), credentials())).get(authorizePath(platform, app, { scope: "User.Read.All" })),
  ],
  ["admin consent", async () => (await at(consentPath(), administrator())).get(consentPath())],
  [
    "the result of admin consent",
    async () => {
      const browser = await at(consentPath(), administrator());
      return browser.post(consentPath(), { token: browser.token, action: "decline" });
    },
  ],
  ["the device code", () => openBrowser(platform).get("/devicelogin")],
  [
    "the device's confirmation",
    async () => {
      const path = await devicePath();
      return (await at(path, credentials())).get(path);
    },
  ],
  [
    "an error",
    () => openBrowser(platform).get(authorizePath(platform, app, { redirect_uri: "https://evil.example/" })),
  ],
  ["sign-out", () => openBrowser(platform).get(logoutPath())],
];

describe("every page", () => {
  test.each(pages)("of %s may not be framed, stored or scripted", async (_, open) => {
    const { html, headers } = await open();
    expect(html).toMatch(/^<!doctype html>/);
    const policy = (headers.get("content-security-policy") ?? "").split("; ");
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]));
    expect(policy.filter((rule) => /script-src|unsafe|\*/.test(rule))).toEqual([]);
    expect(policy.find((rule) => rule.startsWith("form-action"))).toMatch(
      /^form-action 'self'( https:\/\/app\.example)?$/,
    );
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(html).not.toMatch(/<script| on\w+=| style=| src=/);
  });

  test.each(pages)(
    "of %s is isolated from the window that opened it only where an administrator decides",
    async (name, open) => {
      const { headers } = await open();
      // The popups of msal-browser 2 to 4 watch the window and treat an isolated one as closed.
      const expected = name.includes("admin consent") ? "same-origin" : null;
      expect(headers.get("cross-origin-opener-policy")).toBe(expected);
    },
  );

  test.each<[string, () => Promise<Visited>]>([
    ["the portal", async () => (await at("/portal/applications", administrator())).get("/portal/applications")],
    ["the portal's sign-in", () => openBrowser(platform).get("/portal/applications")],
    ["the portal's refusal", async () => (await at("/portal/users", credentials())).get("/portal/users")],
    ["sign-in for admin consent", () => openBrowser(platform).get(consentPath())],
    ["version 2's admin consent", () => openBrowser(platform).get(consentPath().replace("/admin", "/v2.0/admin"))],
    ["a refused admin consent", () => openBrowser(platform).get(`/${platform.tenant.id}/adminconsent`)],
  ])("of %s is isolated from the window that opened it", async (_, open) => {
    const { html, headers } = await open();
    expect(html).toMatch(/^<!doctype html>/);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  });

  test("that submits itself only runs its own script", async () => {
    platform.directory.grantAdminConsent(app.appId);
    const path = authorizePath(platform, app, { response_mode: "form_post" });
    const { html, headers } = await signIn(openBrowser(platform), path, user);
    const nonce = /<script nonce="([\w-]{22})">/.exec(html)?.[1];
    const policy = headers.get("content-security-policy");
    expect(policy).toContain(`script-src 'nonce-${nonce}'`);
    expect(policy).toContain("form-action 'self' https://app.example;");
    expect(policy).toContain("frame-ancestors 'none'");
  });
});

interface Form {
  readonly name: string;
  readonly path: () => string | Promise<string>;
  readonly who: () => { userPrincipalName: string; password: string };
  readonly fields: Readonly<Record<string, string>>;
}

const forms: readonly Form[] = [
  { name: "consent", path: () => authorizePath(platform, app), who: credentials, fields: { action: "accept" } },
  { name: "refusal", path: () => authorizePath(platform, app), who: credentials, fields: { action: "decline" } },
  {
    name: "another account",
    path: () => authorizePath(platform, app),
    who: credentials,
    fields: { action: "another" },
  },
  { name: "admin consent", path: consentPath, who: administrator, fields: { action: "accept" } },
  { name: "admin refusal", path: consentPath, who: administrator, fields: { action: "decline" } },
  { name: "admin sign-out", path: consentPath, who: administrator, fields: { action: "sign-out" } },
  { name: "device confirmation", path: devicePath, who: credentials, fields: { action: "confirm" } },
  { name: "device refusal", path: devicePath, who: credentials, fields: { action: "decline" } },
  { name: "device sign-out", path: devicePath, who: credentials, fields: { action: "sign-out" } },
];
const foreign: readonly Readonly<Record<string, string>>[] = [
  { origin: "https://evil.example" },
  { origin: "https://localhost:1" },
  { origin: "null" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
];

describe("does not trust a form", () => {
  /** The page shows the refusal, and the visitor is still signed in, with the same question. */
  async function expectRefused(browser: Browser, path: string, refused: Visited): Promise<void> {
    const before = platform.events.at(-1);
    expect([refused.status, refused.location]).toEqual([400, null]);
    expect(refused.html).toContain("AADSTS90013");
    expect(before).toMatchObject({ aadsts: 90013 });
    expect((await browser.get(path)).html).toContain('name="token"');
  }

  test.each(forms)("of another site's page: $name", async ({ path: pathOf, who, fields }) => {
    const path = await pathOf();
    const browser = await at(path, who());
    for (const headers of foreign) {
      await expectRefused(browser, path, await browser.post(path, { ...fields, token: browser.token }, headers));
    }
  });

  test.each(forms)("without the session's token: $name", async ({ path: pathOf, who, fields }) => {
    const path = await pathOf();
    const browser = await at(path, who());
    const { token } = await at(consentPath(), administrator());
    for (const wrong of [{}, { token: "" }, { token }]) {
      await expectRefused(browser, path, await browser.post(path, { ...fields, ...wrong }));
    }
  });

  test.each<[string, () => string | Promise<string>]>([
    ["the authorize endpoint", () => authorizePath(platform, app)],
    ["admin consent", consentPath],
    ["the device page", devicePath],
  ])("of another site's page that signs in at %s", async (_, pathOf) => {
    const path = await pathOf();
    const browser = openBrowser(platform);
    const form = { action: "sign-in", username: user.userPrincipalName, password };
    for (const headers of foreign) {
      const { html, headers: answered } = await browser.post(path, form, headers);
      expect(html).toContain("AADSTS90013");
      expect(answered.getSetCookie()).toEqual([]);
    }
  });
});

test.each([
  "//evil.example/oauth2/v2.0/authorize",
  "/\\evil.example/oauth2/v2.0/authorize",
  "//evil.example/adminconsent",
  "//evil.example/B2C_1_susi/oauth2/v2.0/authorize",
])("the path %s does not lead to another host", async (path) => {
  const query = authorizePath(platform, app).split("?")[1];
  for (const form of [{ client_id: app.appId }, { action: "sign-in", username: user.userPrincipalName, password }]) {
    const { status, location } = await openBrowser(platform).post(`${path}?${query}`, form);
    expect([status, location]).toEqual([404, null]);
  }
});
