import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Platform, type PlatformEvent, startPlatform } from "@latchkey/platform";
import { build } from "esbuild";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Settings } from "./clients/browser/singlePage.ts";
import { chromiumReason, openTolerantBrowser, type TolerantBrowser } from "./support/chromium.ts";

const timeoutMs = 30_000;
const hourMs = 3_600_000;
const password = "Right-1-right";

describe.skipIf(chromiumReason)(
  `@azure/msal-browser 5.30.0 in Chromium${chromiumReason}`,
  { timeout: timeoutMs },
  () => {
    let platform: Platform;
    let server: Server;
    let origin: string;
    let settings: Settings;
    let browser: TolerantBrowser;
    let context: BrowserContext;
    let page: Page;
    let user: string;
    let count = 0;

    beforeAll(async () => {
      const scripts = await bundle();
      server = createServer((request, response) => {
        const { pathname } = new URL(request.url ?? "/", origin);
        const script = scripts.get(pathname);
        response.setHeader("Content-Type", script === undefined ? "text/html" : "text/javascript");
        response.end(script ?? htmlPage(pathname === "/redirect" ? "redirectPage" : "singlePage", settings));
      });
      await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
      });
      origin = `http://localhost:${(server.address() as AddressInfo).port}`;
      platform = await startPlatform();
      browser = await openTolerantBrowser();
      ({ context } = browser);
    }, timeoutMs);

    afterAll(async () => {
      await browser?.close();
      await platform?.stop();
      server?.close();
    });

    beforeEach(async () => {
      await context.clearCookies();
      for (const open of context.pages().slice(1)) {
        await open.close();
      }
      count++;
      user = `shopper${count}@${platform.tenant.domain}`;
      platform.directory.createUser({ userPrincipalName: user, displayName: `Shopper ${count}`, password });
      register({ spaRedirectUris: [`${origin}/redirect`, `${origin}/`] });
      page = await openShop();
    });

    function register(redirects: Readonly<Record<string, string[]>>): void {
      const { appId: clientId } = platform.directory.registerApplication({ displayName: "Shop", ...redirects });
      settings = { clientId, authority: `${platform.url}/${platform.tenant.id}`, graph: platform.url };
    }

    async function openShop(): Promise<Page> {
      const opened = await context.newPage();
      await opened.goto(origin);
      await backInShop(opened);
      return opened;
    }

    async function backInShop(at: Page): Promise<void> {
      await at.waitForURL(`${origin}/`);
      await at.waitForFunction(() => "shop" in window);
    }

    async function givePassword(at: Page): Promise<void> {
      await at.getByLabel("User name").fill(user);
      await at.getByLabel("Password").fill(password);
      await at.getByRole("button", { name: "Sign in", exact: true }).click();
    }

    async function signIn(): Promise<void> {
      await page.evaluate(() => void window.shop.signIn());
      await givePassword(page);
      await page.getByRole("button", { name: "Accept" }).click();
      await backInShop(page);
    }

    function tokenEvents(): readonly PlatformEvent[] {
      return platform.events.filter(({ type }) => type === "token");
    }

    test("signs a user in by redirect, and calls Graph from the page", async () => {
      await signIn();
      expect(await page.evaluate(() => window.shop.signedIn())).toBe(user);
      expect(await page.evaluate(() => window.shop.me())).toMatchObject({ userPrincipalName: user });
    });

    test("returns a token from its cache, and refreshes it", async () => {
      await signIn();
      expect(await page.evaluate(() => window.shop.token(false))).toEqual({ fromCache: true });
      expect(await page.evaluate(() => window.shop.token(true))).toEqual({ fromCache: false });
      const grantTypes = tokenEvents().map(({ grantType }) => grantType);
      expect(grantTypes.slice(-2)).toEqual(["authorization_code", "refresh_token"]);
    });

    test("signs a user in with a popup", async () => {
      const [popup, name] = await Promise.all([
        context.waitForEvent("page").then(async (opened) => {
          await givePassword(opened);
          await opened.getByRole("button", { name: "Accept" }).click();
          return opened;
        }),
        page.evaluate(() => window.shop.signInByPopup()),
      ]);
      expect(name).toBe(user);
      expect(popup.isClosed()).toBe(true);
    });

    test("does not isolate the sign-in popup from its opener, because versions 2 to 4 watch it", async () => {
      const query = new URLSearchParams({
        client_id: settings.clientId,
        response_type: "code",
        redirect_uri: `${origin}/`,
        scope: "openid",
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        code_challenge_method: "S256",
      });
      const address = `${settings.authority}/oauth2/v2.0/authorize?${query}`;
      const opened = context.waitForEvent("page");
      const popup = await page.evaluateHandle((url) => window.open(url), address);
      await givePassword(await opened);
      await (await opened).getByRole("button", { name: "Accept" }).waitFor();
      expect(await popup.evaluate((watched) => watched?.closed)).toBe(false);
    });

    test("signs in on another page with the browser's session, in a hidden frame", async () => {
      await signIn();
      const other = await openShop();
      expect(await other.evaluate(() => window.shop.signedIn())).toBeUndefined();
      expect(await other.evaluate((name) => window.shop.signInSilently(name), user)).toBe(user);
    });

    test("learns in the hidden frame that no user is signed in", async () => {
      await expect(page.evaluate((name) => window.shop.signInSilently(name), user)).rejects.toThrow(/AADSTS50058/);
    });

    test("continues in a hidden frame after the refresh token's 24 hours", async () => {
      await signIn();
      platform.clock.advance(20 * hourMs);
      const other = await openShop();
      await other.evaluate(() => void window.shop.signIn());
      await givePassword(other);
      await backInShop(other);
      platform.clock.advance(5 * hourMs);
      expect(await page.evaluate(() => window.shop.token(true))).toEqual({ fromCache: false });
      expect(tokenEvents().slice(-2)).toMatchObject([
        { grantType: "refresh_token", aadsts: 700084 },
        { grantType: "authorization_code", status: 200 },
      ]);
      platform.clock.set(new Date());
    });

    test("signs the user out", async () => {
      await signIn();
      await page.evaluate(() => void window.shop.signOut());
      await backInShop(page);
      expect(await page.evaluate(() => window.shop.signedIn())).toBeUndefined();
      await expect(page.evaluate((name) => window.shop.signInSilently(name), user)).rejects.toThrow(/AADSTS50058/);
    });

    test("learns why a redirect URI of the web platform does not work for it", async () => {
      register({ redirectUris: [`${origin}/redirect`] });
      page = await openShop();
      await signIn();
      expect(await page.evaluate(() => window.shop.problem)).toMatch(/AADSTS9002326/);
      expect(await page.evaluate(() => window.shop.problem)).toContain(`Request origin: '${origin}'`);
    });
  },
);

/** The scripts of both pages, by the path where they are served. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const entryPoints = ["singlePage", "redirectPage"].map((name) =>
    fileURLToPath(new URL(`clients/browser/${name}.ts`, import.meta.url)),
  );
  const { outputFiles } = await build({
    entryPoints,
    outdir: "/",
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}

function htmlPage(script: string, settings: Settings): string {
  return `<!doctype html>
<title>Shop</title>
<script type="application/json" id="settings">${JSON.stringify(settings)}</script>
<script type="module" src="/${script}.js"></script>`;
}
