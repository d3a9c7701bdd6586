import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Platform, startPlatform } from "@latchkey/platform";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Settings } from "./clients/browser/latchkey.ts";
import { bundleBuilt } from "./support/bundleBuilt.ts";
import { chromiumReason, launchOptions } from "./support/chromium.ts";

const timeoutMs = 30_000;
const hourMs = 3_600_000;
const password = "Right-1-right";

describe.skipIf(chromiumReason)(`the built client in Chromium${chromiumReason}`, { timeout: timeoutMs }, () => {
  let platform: Platform;
  let server: Server;
  let origin: string;
  let settings: Settings;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let user: string;
  let count = 0;

  beforeAll(async () => {
    const script = await bundleBuilt(fileURLToPath(new URL("clients/browser/latchkey.ts", import.meta.url)));
    server = createServer((request, response) => {
      const isScript = request.url === "/page.js";
      response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? script : htmlPage(settings));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    platform = await startPlatform();
    browser = await chromium.launch(launchOptions);
  }, timeoutMs);

  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    server?.close();
  });

  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    page = await context.newPage();
    const { directory, tenant, url } = platform;
    count++;
    user = `visitor${count}@${tenant.domain}`;
    directory.createUser({ userPrincipalName: user, displayName: `Visitor ${count}`, password });
    const { appId: clientId } = directory.registerApplication({
      displayName: "Page",
      spaRedirectUris: [`${origin}/`],
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    });
    directory.grantAdminConsent(clientId);
    settings = { clientId, authority: `${url}/${tenant.id}`, graph: `${url}/v1.0/`, responseMode: "query" };
  });

  async function openPage(address = `${origin}/`): Promise<void> {
    await page.goto(address);
    await page.waitForFunction(() => "signInPage" in window);
  }

  async function signIn(): Promise<void> {
    await openPage();
    await page.evaluate(() => void window.signInPage.signIn());
    await page.getByLabel("User name").fill(user);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(`${origin}/`);
    await page.waitForFunction(() => "signInPage" in window);
  }

  const arrived = () => page.evaluate(() => window.signInPage.arrived);
  const token = (forceRefresh: boolean) => page.evaluate((force) => window.signInPage.token(force), forceRefresh);

  test("signs a user in by redirecting the whole page", async () => {
    await signIn();
    expect(await arrived()).toEqual({ username: user });
  });

  test("reads a response in the fragment too", async () => {
    settings = { ...settings, responseMode: "fragment" };
    await signIn();
    expect(await arrived()).toEqual({ username: user });
  });

  test("gets a token from memory, and a new one with the refresh token", async () => {
    await signIn();
    expect(await token(false)).toEqual({ source: "cache" });
    expect(await token(true)).toEqual({ source: "network" });
    const grantTypes = platform.events.filter(({ type }) => type === "token").map(({ grantType }) => grantType);
    expect(grantTypes.slice(-2)).toEqual(["authorization_code", "refresh_token"]);
  });

  test("sends token requests that need no preflight, as it does for Graph", async () => {
    const session = await context.newCDPSession(page);
    const preflights: string[] = [];
    session.on("Network.requestWillBeSent", ({ request: { method, url } }) => {
      if (method === "OPTIONS") {
        preflights.push(new URL(url).pathname);
      }
    });
    await session.send("Network.enable");
    await signIn();
    await token(true);
    await page.evaluate(() => window.signInPage.me());
    expect(preflights).toEqual(["/v1.0/me"]);
  });

  test("stores nothing in the browser's storage", async () => {
    await signIn();
    const stored = await page.evaluate(() => ({ ...sessionStorage, ...localStorage }));
    expect(stored).toEqual({});
  });

  test("calls Graph", async () => {
    await signIn();
    expect(await page.evaluate(() => window.signInPage.me())).toMatchObject({ userPrincipalName: user });
  });

  test("works with the browser's own fetch, passed unchanged", async () => {
    settings = { ...settings, handsFetchOver: true };
    await signIn();
    expect(await token(true)).toEqual({ source: "network" });
    expect(await page.evaluate(() => window.signInPage.me())).toMatchObject({ userPrincipalName: user });
  });

  test("rejects the response to another page's sign-in, and does not redeem its code", async () => {
    await signIn();
    const before = platform.events.length;
    await page.evaluate(() =>
      sessionStorage.setItem(
        "signIn",
        JSON.stringify({
          state: "mine",
          nonce: "n",
          codeVerifier: "v",
          redirectUri: `${location.origin}/`,
          scopes: [],
        }),
      ),
    );
    await openPage(`${origin}/?code=theirs&state=theirs`);
    expect(await arrived()).toMatchObject({ code: "state_mismatch" });
    expect(platform.events.length).toBe(before);
  });

  test("requires a new sign-in after the refresh token's 24 hours", async () => {
    await signIn();
    platform.clock.advance(25 * hourMs);
    expect(await token(true)).toMatchObject({ name: "InteractionRequiredError", code: "sign_in_required" });
    platform.clock.set(new Date());
  });

  test("says where to look when the browser hides a response", async () => {
    await signIn();
    platform.directory.setEnabled(settings.clientId, false);
    const remedy = expect.stringContaining("the browser's network tools show");
    expect(await token(true)).toMatchObject({ code: "network_error", remedy });
  });
});

function htmlPage(settings: Settings): string {
  return `<!doctype html>
<title>Page</title>
<script type="application/json" id="settings">${JSON.stringify(settings)}</script>
<script type="module" src="/page.js"></script>`;
}
