import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "../support/browser.ts";
import { openPortal, press, register } from "../support/portal.ts";

let platform: Platform;
let browser: Browser;
let application: string;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await openPortal(platform);
  application = await register(browser, "Orders");
});
afterAll(() => platform.stop());

/** What a browser would send from the page: the non-empty fields of its forms, by id. */
function shown(html: string): Readonly<Record<string, string>> {
  const inputs = [...html.matchAll(/<input id="([^"]+)"[^>]* value="([^"]+)"/g)];
  const areas = [...html.matchAll(/<textarea id="([^"]+)"[^>]*>\n?([^<\n][^<]*)</g)];
  const chosen = [...html.matchAll(/<select id="([^"]+)"(?:(?!<\/select>).)* value="([^"]+)" selected/gs)];
  const checked = [...html.matchAll(/<input type="(?:radio|checkbox)" id="([^"]+)"[^>]* value="([^"]+)" checked/g)];
  return Object.fromEntries([...inputs, ...areas, ...chosen, ...checked].map(([, id = "", value = ""]) => [id, value]));
}

/**
 * The id of the one field that is marked as wrong, has the focus and is described by the note; otherwise the number of
 * such fields.
 */
function faulty(html: string): string | number {
  const found = [...html.matchAll(/id="([^"]+)"[^>]* aria-invalid="true" aria-describedby="problem" autofocus/g)];
  return found.length === 1 && html.includes('role="alert" id="problem"') ? (found[0]?.[1] ?? "") : found.length;
}

const long = "x".repeat(91);
const federated = { name: "git", issuer: "https://issuer.example", subject: "repo:a", audience: "api://other" };

describe.each([
  [
    "applications",
    "register",
    { name: "A", audience: "AzureADMultipleOrgs", redirect: "http://app.example/" },
    "redirect",
    { name: "A", AzureADMultipleOrgs: "AzureADMultipleOrgs", redirect: "http://app.example/" },
  ],
  ["applications", "register", { name: "A", audience: "nobody" }, "AzureADMyOrg", { name: "A" }],
  ["", "rename", { name: "" }, "name", {}],
  ["/credentials", "add-secret", { description: long, days: "365" }, "description", { description: long, days: "365" }],
  [
    "/authentication",
    "save",
    { web: "https://a.example/", spa: "nonsense", idTokens: "yes" },
    "spa",
    { web: "https://a.example/", spa: "nonsense", idTokens: "yes" },
  ],
  ["/authentication", "save", { logoutUrl: "http://a.example/" }, "logoutUrl", { logoutUrl: "http://a.example/" }],
  ["/api", "save", { uris: "api://elsewhere", version: "2" }, "uris", { uris: "api://elsewhere", version: "2" }],
  [
    "/api",
    "add-scope",
    { value: "two words", displayName: "Two", type: "Admin" },
    "scope",
    { scope: "two words", scopeName: "Two", consent: "Admin", version: "1" },
  ],
  [
    "/api",
    "add-role",
    { value: "two words", displayName: "Two", members: "User" },
    "role",
    { role: "two words", roleName: "Two", members: "User", version: "1" },
  ],
  ["/federated", "add", { ...federated, issuer: "issuer" }, "issuer", { ...federated, issuer: "issuer" }],
  ["/federated", "add", { ...federated, keys: '{"keys":[{"d":"CANARY"}]}' }, "keys", federated],
  [
    "users",
    "create",
    { userPrincipalName: "ada", displayName: "Ada", surname: "Byron" },
    "userPrincipalName",
    { userPrincipalName: "ada", displayName: "Ada", surname: "Byron" },
  ],
  ["groups", "create", { displayName: "", description: "Pay" }, "displayName", { description: "Pay" }],
  [
    "tenants",
    "create",
    { displayName: "Fabrikam", domain: "fabrikam" },
    "domain",
    { displayName: "Fabrikam", domain: "fabrikam" },
  ],
  ["tenants", "create", { displayName: "", domain: "f.example" }, "displayName", { domain: "f.example" }],
  ["quickstarts/daemon", "create", { name: "" }, "name", {}],
  ...["https://app.example/in", "http://localhost/in", "http://localhost:3000/", "http://localhost:99999/in"].map(
    (redirect) =>
      ["quickstarts/webApp", "create", { name: "A", redirect }, "redirect", { name: "A", redirect }] as const,
  ),
] as const)("%s: the form %s with %j", (page, action, fields, field, restored) => {
  test(`is shown again with the entered values, and the focus is on ${field}`, async () => {
    const path = page === "" || page.startsWith("/") ? `${application}${page}` : `/portal/${page}`;
    const { status, html } = await press(browser, path, action, fields);
    expect([status, faulty(html), shown(html)]).toEqual([400, field, restored]);
  });
});

test("entered values are always shown as text", async () => {
  const { html } = await press(browser, "/portal/applications", "register", { name: '"><b>x', redirect: "</b>" });
  expect(html).toContain('value="&quot;&gt;&lt;b&gt;x"');
  expect(html).not.toContain("<b>x");
});

test("a freshly opened page marks no field", async () => {
  expect(faulty((await browser.get("/portal/applications")).html)).toBe(0);
});
