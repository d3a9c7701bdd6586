import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chromiumReason, launchOptions, openTolerantBrowser } from "./support/chromium.ts";

const password = "Right-1-right";
const timeoutMs = 30_000;

/** What arrived at the application: form fields of a POST, or the address of a GET. */
interface Arrival {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

describe.skipIf(chromiumReason)(`the pages in Chromium${chromiumReason}`, { timeout: timeoutMs }, () => {
  let platform: Platform;
  let application: Server;
  let origin: string;
  let arrivals: Arrival[];
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let appId: string;
  let count = 0;

  beforeAll(async () => {
    application = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        const url = new URL(request.url ?? "/", origin);
        if (url.pathname === "/back") {
          arrivals.push({ method: request.method ?? "", url, body });
        }
        const frame = url.searchParams.get("frame");
        response.setHeader("content-type", "text/html");
        response.end(
          frame === null ? "<h1>The application</h1>" : `<iframe src="${frame.replaceAll("&", "&amp;")}"></iframe>`,
        );
      });
    });
    await new Promise<void>((resolve) => {
      application.listen(0, "127.0.0.1", resolve);
    });
    origin = `http://localhost:${(application.address() as AddressInfo).port}`;
    platform = await startPlatform();
    browser = await chromium.launch(launchOptions);
  }, timeoutMs);

  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    application?.close();
  });

  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext({ ignoreHTTPSErrors: true, colorScheme: "light" });
    page = await context.newPage();
    arrivals = [];
    ({ appId } = platform.directory.registerApplication({
      displayName: "Night Shop",
      redirectUris: [`${origin}/back`],
      allowPublicClient: true,
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    }));
  });

  function addUser(): string {
    count += 1;
    const userPrincipalName = `browser${count}@${platform.tenant.domain}`;
    platform.directory.createUser({ userPrincipalName, displayName: `Browser User ${count}`, password });
    return userPrincipalName;
  }

  function authorize(changes: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({
      client_id: appId,
      response_type: "code",
      redirect_uri: `${origin}/back`,
      scope: "openid User.Read",
      state: "s",
      ...changes,
    });
    return `${platform.url}/${platform.tenant.id}/oauth2/v2.0/authorize?${query}`;
  }

  async function signIn(name: string, target: Page = page): Promise<void> {
    await target.getByLabel("User name").fill(name);
    await target.getByLabel("Password").fill(password);
    await target.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  async function picture(name: string): Promise<void> {
    await page.screenshot({ path: join("reports", "pages", `${name}.png`), fullPage: true });
  }

  test("lead from sign-in over consent to the application", async () => {
    await page.goto(authorize());
    await picture("signIn");
    await signIn(addUser());
    await expect.poll(() => page.title()).toContain("Consent");
    await picture("consent");
    await page.getByRole("button", { name: "Accept" }).click();
    await page.waitForURL(`${origin}/back?*`);
    expect(arrivals.at(-1)?.url.searchParams.get("code")).toBeTruthy();
  });

  test("can be used by keyboard alone", async () => {
    await page.goto(authorize());
    await page.keyboard.type(addUser());
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.title()).toContain("Consent");
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toBe("Accept");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${origin}/back?*`);
  });

  test("say what is wrong with a password, and keep the name", async () => {
    const name = addUser();
    await page.goto(authorize());
    await page.getByLabel("User name").fill(name);
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("AADSTS50126");
    expect(await page.getByLabel("User name").inputValue()).toBe(name);
    await picture("wrongPassword");
  });

  test("post the answer by itself, and by a button without scripts", async () => {
    platform.directory.grantAdminConsent(appId);
    await page.goto(authorize({ response_mode: "form_post" }));
    await signIn(addUser());
    await page.waitForURL(`${origin}/back`);
    expect(arrivals.at(-1)?.method).toBe("POST");
    expect(arrivals.at(-1)?.body).toContain("code=");
    const plain = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const still = await plain.newPage();
    await still.goto(authorize({ response_mode: "form_post" }));
    await signIn(addUser(), still);
    await still.getByRole("button", { name: "Continue" }).click();
    await still.waitForURL(`${origin}/back`);
    expect(arrivals).toHaveLength(2);
    await plain.close();
  });

  test("offer the accounts of the browser", async () => {
    platform.directory.grantAdminConsent(appId);
    const [first, second] = [addUser(), addUser()];
    for (const name of [first, second]) {
      await page.goto(authorize({ prompt: "login" }));
      await signIn(name);
      await page.waitForURL(`${origin}/back?*`);
    }
    await page.goto(authorize({ prompt: "select_account" }));
    await picture("accounts");
    await page.getByRole("button", { name: first }).click();
    await page.waitForURL(`${origin}/back?*`);
    expect(platform.events.at(-1)?.why).toContain(first);
  });

  test("answer prompt=none in a frame of another site", async () => {
    const tolerant = await openTolerantBrowser();
    page = await tolerant.context.newPage();
    platform.directory.grantAdminConsent(appId);
    await page.goto(authorize());
    await signIn(addUser());
    await page.waitForURL(`${origin}/back?*`);
    arrivals.length = 0;
    await page.goto(`${origin}/?frame=${encodeURIComponent(authorize({ prompt: "none" }))}`);
    await expect.poll(() => arrivals.length).toBe(1);
    await tolerant.close();
    expect(arrivals[0]?.url.searchParams.get("code")).toBeTruthy();
  });

  test("let a device in after a warning", async () => {
    const started = await platform.fetch(
      new Request(`${platform.url}/${platform.tenant.id}/oauth2/v2.0/devicecode`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ client_id: appId, scope: "openid User.Read" }).toString(),
      }),
    );
    const { user_code: userCode } = (await started.json()) as { user_code: string };
    await page.goto(`${platform.url}/devicelogin`);
    await picture("deviceCode");
    await page.getByLabel("Code").fill(userCode.toLowerCase());
    await page.getByRole("button", { name: "Next" }).click();
    await signIn(addUser());
    await expect
      .poll(() => page.getByRole("heading", { level: 1 }).textContent())
      .toContain("Are you trying to sign in");
    await picture("deviceConfirm");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect.poll(() => page.getByRole("heading", { level: 1 }).textContent()).toContain("You have signed in");
  });

  test("fit on a phone, in the dark too, with the reason of a refusal", async () => {
    const phone = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 360, height: 740 },
      colorScheme: "dark",
    });
    page = await phone.newPage();
    const overflow = (): number => document.documentElement.scrollWidth - window.innerWidth;
    await page.goto(authorize({ redirect_uri: "https://elsewhere.example/back" }));
    expect(await page.getByRole("alert").textContent()).toContain("AADSTS50011");
    await picture("errorOnPhone");
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    await page.goto(authorize({ scope: "openid User.Read.All" }));
    await signIn(addUser());
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("AADSTS90094");
    await picture("approvalOnPhone");
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    await phone.close();
  });

  test("ask for a second factor where the tenant wants one", async () => {
    platform.directory.setPolicy({ requiresSecondFactor: true });
    platform.directory.grantAdminConsent(appId);
    await page.goto(authorize());
    await signIn(addUser());
    await expect.poll(() => page.getByLabel("Code (6 digits)").count()).toBe(1);
    await picture("secondFactor");
    const code = /the second factor is (\d{6})/.exec(platform.events.at(-1)?.why ?? "")?.[1] ?? "";
    await page.getByLabel("Code (6 digits)").fill(code);
    await page.getByRole("button", { name: "Verify" }).click();
    await page.waitForURL(`${origin}/back?*`);
    platform.directory.setPolicy({ requiresSecondFactor: false });
  });

  test("log nothing to the console: no policy is broken, nothing is missing", async () => {
    const messages: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(error.message));
    await page.goto(authorize());
    await signIn(addUser());
    await expect.poll(() => page.title()).toContain("Consent");
    expect(messages.filter((message) => !message.includes("favicon"))).toEqual([]);
  });
});
