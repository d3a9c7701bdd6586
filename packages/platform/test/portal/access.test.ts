import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pages } from "../../src/portal/pages.ts";
import { type Browser, openBrowser } from "../support/browser.ts";
import { appIdIn, openPortal, press, register } from "../support/portal.ts";
import { addUser, password } from "../support/signIn.ts";

let platform: Platform;
let browser: Browser;
let appId: string;
let userPath: string;
let groupPath: string;
let tenantPath: string;
let principalId: string;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await openPortal(platform);
  appId = appIdIn(await register(browser, "Night <b>report</b>"));
  const userPrincipalName = `night@${platform.tenant.administrator.userPrincipalName.split("@")[1]}`;
  const user = { userPrincipalName, displayName: "Night <b>report</b>" };
  userPath = (await press(browser, "/portal/users", "create", user)).location ?? "";
  groupPath = (await press(browser, "/portal/groups", "create", { displayName: "Night <b>report</b>" })).location ?? "";
  const tenant = { displayName: "Night <b>report</b>", domain: "night.example" };
  tenantPath = (await press(browser, "/portal/tenants", "create", tenant)).location ?? "";
  const { html } = await browser.get("/portal/enterprise-applications?search=Night");
  principalId = /enterprise-applications\/([^"]+)"/.exec(html)?.[1] ?? "";
});
afterAll(() => platform.stop());

const everyPath = pages.map(({ path }) => `/portal${path}`);
const everyAction = pages.flatMap(({ path, actions = {} }) =>
  Object.keys(actions).map((action) => [action, `/portal${path}`] as const),
);
const at = (path: string): string =>
  path
    .replace("{appId}", appId)
    .replace("/portal/users/{userId}", userPath)
    .replace("/portal/groups/{groupId}", groupPath)
    .replace("{principalId}", principalId)
    .replace("/portal/tenants/{tenantId}", tenantPath);
/** The objects that a portal form could have changed. */
const state = (): unknown => [
  platform.events.filter(({ type, status }) => type === "portal" && status < 400).length,
  platform.events.filter(({ type }) => type === "consent").length,
];

describe.each(everyPath)("the page %s", (pattern) => {
  test("asks an anonymous visitor to sign in, and shows nothing else", async () => {
    const { status, html } = await openBrowser(platform).get(at(pattern));
    expect(status).toBe(200);
    expect(html).toContain('name="password"');
    expect(html).not.toContain("Night");
    expect(html).not.toContain("<nav");
  });

  test("is for administrators only", async () => {
    const visitor = openBrowser(platform);
    await visitor.signIn(at(pattern), addUser(platform).userPrincipalName, password);
    const { status, html } = await visitor.get(at(pattern));
    expect([status, html]).toEqual([403, expect.stringContaining("AADSTS90093")]);
    expect(html).not.toContain("Night");
  });

  test("may not be framed or stored, and runs no foreign script", async () => {
    const { status, html, headers } = await browser.get(at(pattern));
    expect(status).toBe(200);
    const policy = (headers.get("content-security-policy") ?? "").split("; ");
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]),
    );
    expect(policy.filter((rule) => /unsafe|\*/.test(rule))).toEqual([]);
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(html).not.toMatch(/ on\w+=| style=| src=/);
  });

  test("escapes user input", async () => {
    const { html } = await browser.get(at(pattern));
    expect(html).not.toContain("<b>report</b>");
  });
});

const foreign: readonly Readonly<Record<string, string>>[] = [
  { origin: "https://evil.example" },
  { origin: "https://localhost:1" },
  { origin: "null" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
];

describe.each(everyAction)("the form %s of %s", (action, pattern) => {
  test("is refused when another site's page sends it", async () => {
    const before = state();
    for (const headers of foreign) {
      const { status, html } = await browser.post(at(pattern), { action, token: browser.token }, headers);
      expect([status, html]).toEqual([400, expect.stringContaining("AADSTS90013")]);
    }
    expect(state()).toEqual(before);
  });

  test("is refused without the session's token", async () => {
    const { token } = await openPortal(platform);
    const before = state();
    for (const wrong of [{}, { token: "" }, { token }]) {
      const { status, html } = await browser.post(at(pattern), { action, ...wrong });
      expect([status, html]).toEqual([400, expect.stringContaining("AADSTS90013")]);
    }
    expect(state()).toEqual(before);
  });

  test("is refused when the user is not an administrator, even with the token", async () => {
    const visitor = openBrowser(platform);
    await visitor.signIn(at(pattern), addUser(platform).userPrincipalName, password);
    await visitor.get(at(pattern));
    const before = state();
    const { status } = await visitor.post(at(pattern), { action, token: visitor.token });
    expect([status, state()]).toEqual([403, before]);
  });
});

test("an application of another tenant is not found", async () => {
  const azureCli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
  const { status, html } = await browser.get(`/portal/applications/${azureCli}`);
  expect([status, html]).toEqual([404, expect.stringContaining("Contoso has no application")]);
});

test("an inherited object property is not an action", async () => {
  const { status } = await press(browser, "/portal/applications", "constructor");
  expect(status).toBe(400);
});

test("a foreign host is refused before anything is shown", async () => {
  const response = await platform.fetch(
    new Request(`${platform.url}/portal/applications`, { headers: { host: "evil.example" } }),
  );
  expect(response.status).toBe(421);
});

test("signing out ends the session", async () => {
  const visitor = await openPortal(platform);
  await press(visitor, "/portal/applications", "sign-out");
  expect((await visitor.get("/portal/applications")).html).toContain('name="password"');
});

test("the root path describes the platform and links to the portal", async () => {
  const { status, html } = await openBrowser(platform).get("/");
  expect([status, html]).toEqual([200, expect.stringContaining('action="/portal/applications"')]);
});

test("the certificate to trust can be downloaded without signing in", async () => {
  const { html } = await openBrowser(platform).get("/portal/latchkey-ca.pem");
  expect(html).toBe(platform.caCertificate);
});
