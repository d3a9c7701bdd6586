import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Browser } from "../support/browser.ts";
import { type Daemon, postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";
import { openPortal, press } from "../support/portal.ts";

let platform: Platform;
let browser: Browser;
let daemon: Daemon;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await openPortal(platform);
});
afterAll(() => platform.stop());
beforeEach(() => {
  const { appId } = platform.directory.registerApplication({
    displayName: "<i>Daemon</i>",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  const { secretText, keyId } = platform.directory.addPassword(appId);
  daemon = { appId, secret: secretText, secretId: keyId, servicePrincipalId: "" };
});

const log = async (query = `application=${daemon.appId}`): Promise<string> =>
  (await browser.get(`/portal/sign-ins?${query}`)).html;
const requestToken = (changes: Readonly<Record<string, string>> = {}): Promise<{ body: { access_token: string } }> =>
  postForm(platform, tokenPath(platform), tokenForm(daemon, changes));

const unescaped = (html: string): string =>
  html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

test("shows the reason for a token without roles, with a button that grants consent", async () => {
  await requestToken();
  const html = await log();
  expect(html).toContain("without roles: no application permissions");
  expect(html).toContain("&lt;i&gt;Daemon&lt;/i&gt;");
  const path = `/portal/sign-ins?application=${daemon.appId}`;
  const pressed = await press(browser, path, "grant", { application: daemon.appId });
  expect([pressed.status, pressed.location]).toEqual([303, path]);
  await requestToken();
  expect(platform.events.findLast(({ type }) => type === "token")?.permissions).toEqual(["User.Read.All"]);
  expect(await log()).not.toContain('value="grant"');
});

test("links to the permissions when none are declared", async () => {
  daemon = registerDaemon(platform);
  await requestToken();
  expect(await log()).toContain(
    `href="/portal/applications/${daemon.appId}/permissions">Declare application permissions`,
  );
});

test("shows the decoded claims, and no token", async () => {
  const { body } = await requestToken();
  const html = await log();
  const [header = "", payload = "", signature = ""] = body.access_token.split(".");
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
  const shown = /<pre>([^<]+)<\/pre>/.exec(html)?.[1] ?? "";
  expect(JSON.parse(unescaped(shown))).toEqual(claims);
  expect([header, payload, signature, daemon.secret].filter((part) => html.includes(part))).toEqual([]);
});

test.each([
  ["a wrong secret", { client_secret: "wrong" }, "AADSTS7000215", "credentials"],
  ["no credential", { client_secret: "" }, "AADSTS7000216", "credentials"],
])("links to the page that fixes %s", async (_, changes, code, segment) => {
  await requestToken(changes);
  const html = await log();
  expect(html).toContain(code);
  expect(html).toContain(`class="remedy" href="/portal/applications/${daemon.appId}/${segment}"`);
});

test("links to the page of a disabled application, and to the registration of an unknown one", async () => {
  platform.directory.setEnabled(daemon.appId, false);
  await requestToken();
  expect(await log()).toContain(`class="remedy" href="/portal/applications/${daemon.appId}"`);
  const client_id = "99999999-9999-4999-8999-999999999999";
  await requestToken({ client_id });
  expect(await log(`application=${client_id}`)).toContain('class="remedy" href="/portal/applications"');
});

test("links to the API that a scope does not match", async () => {
  await requestToken({ scope: "api://nothing/.default" });
  expect(await log()).toContain("Find the identifier URI of the API");
});

test("can show only refused requests", async () => {
  await requestToken();
  await requestToken({ client_secret: "wrong" });
  const html = await log(`application=${daemon.appId}&refused=yes`);
  expect(html).toContain("AADSTS7000215");
  expect(html).not.toContain("without roles");
});
