import { join } from "node:path";
import { PublicClientApplication } from "@latchkey/client";
import { acquireTokenInteractive, createFetch } from "@latchkey/client/node";
import { type Platform, startPlatform } from "@latchkey/platform";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testClient } from "../tools/support/testClients.ts";

const found = testClient("chromium");
const reason = found.kind === "missing" ? ` (skipped: ${found.reason})` : "";
const timeoutMs = 30_000;
const launch = {
  executablePath: found.kind === "ready" ? found.command : "",
  // Root cannot use the sandbox, and in a container tests run as root.
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
};

describe.skipIf(found.kind === "missing")(`a sign-in in Chromium${reason}`, { timeout: timeoutMs }, () => {
  let platform: Platform;
  let browser: Browser;

  beforeAll(async () => {
    platform = await startPlatform();
    browser = await chromium.launch(launch);
  }, timeoutMs);
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  /** Starts a sign-in of a new tool; the user is on the sign-in page, with name and password sent. */
  async function begin({ hasConsent = true, javaScriptEnabled = true, posts = true } = {}) {
    const { appId } = platform.directory.registerApplication({
      displayName: "tool",
      publicClientRedirectUris: ["http://localhost"],
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    });
    if (hasConsent) {
      platform.directory.grantAdminConsent(appId);
    }
    const name = `browser${crypto.randomUUID().slice(0, 8)}`;
    const [userPrincipalName, password] = [`${name}@${platform.tenant.domain}`, "Right-1-right"];
    platform.directory.createUser({ userPrincipalName, displayName: name, password });
    const app = new PublicClientApplication({
      clientId: appId,
      authority: `${platform.url}/${platform.tenant.id}`,
      fetch: createFetch({ certificateAuthorities: [platform.caCertificate] }),
    });
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled, colorScheme: "light" });
    const page = await context.newPage();
    const messages: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    const signingIn: Parameters<typeof acquireTokenInteractive>[0] = posts
      ? app
      : {
          // Turns the response into that of an issuer that cannot post it.
          getAuthorizationUrl: (options) => app.getAuthorizationUrl({ ...options, responseMode: "query" }),
          acquireTokenByAuthorizationCode: (options) => app.acquireTokenByAuthorizationCode(options),
        };
    const work = acquireTokenInteractive(signingIn, { scopes: ["User.Read"], openBrowser: (url) => page.goto(url) });
    work.catch(() => {});
    await page.getByLabel("User name").fill(userPrincipalName);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    return { app, work, page, messages, userPrincipalName, close: () => context.close() };
  }

  async function picture(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join("reports", "pages", `${name}.png`), fullPage: true });
  }

  test("ends in the program, and on a page that says so", async () => {
    const { app, work, page, messages, userPrincipalName, close } = await begin();
    const { account } = await work;
    expect(account?.username).toBe(userPrincipalName);
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    await page.getByRole("heading", { name: "You have signed in" }).waitFor();
    // Its policy allows the style, and the code is not in the address.
    expect(await page.evaluate("getComputedStyle(document.body).maxWidth")).toBe("512px");
    expect(new URL(page.url()).search).toBe("");
    expect(messages).toEqual([]);
    await picture(page, "signedIn");
    await close();
  });

  test("ends the same way in a browser without scripts", async () => {
    const { work, page, close } = await begin({ javaScriptEnabled: false });
    await page.getByRole("button", { name: "Continue" }).click();
    expect((await work).account?.tenantId).toBe(platform.tenant.id);
    await page.getByRole("heading", { name: "You have signed in" }).waitFor();
    await close();
  });

  test("whose response is in the address ends the same way, and the address no longer contains it", async () => {
    const { work, page, messages, userPrincipalName, close } = await begin({ posts: false });
    expect((await work).account?.username).toBe(userPrincipalName);
    await page.getByRole("heading", { name: "You have signed in" }).waitFor();
    expect(await page.evaluate("getComputedStyle(document.body).maxWidth")).toBe("512px");
    expect(page.url()).toMatch(/^http:\/\/localhost:\d+\/$/);
    expect(messages).toEqual([]);
    await close();
  });

  test("whose response is in the address ends the same way without scripts", async () => {
    const { work, page, close } = await begin({ posts: false, javaScriptEnabled: false });
    expect((await work).account?.tenantId).toBe(platform.tenant.id);
    await page.getByRole("heading", { name: "You have signed in" }).waitFor();
    await close();
  });

  test("that is declined ends with access_denied, and on a page that says why", async () => {
    const { work, page, close } = await begin({ hasConsent: false });
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(work).rejects.toMatchObject({ code: "access_denied", aadsts: 65004 });
    await page.getByRole("heading", { name: "You have not signed in" }).waitFor();
    expect(await page.textContent("p")).toContain("AADSTS65004");
    await picture(page, "notSignedIn");
    await close();
  });
});
