import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findBarriers } from "./support/barriers.ts";
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
    count++;
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

  async function signIn(name: string, target: Page = page, secret: string = password): Promise<void> {
    await target.getByLabel("User name").fill(name);
    await target.getByLabel("Password").fill(secret);
    await target.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  /**
   * Takes pictures of the page for review, and checks what a program can check: in light and dark mode, and on a phone.
   */
  async function look(name: string): Promise<void> {
    const usual = page.viewportSize() ?? { width: 1280, height: 720 };
    const phone = { width: 320, height: 640 };
    for (const [as, colorScheme, size] of [
      ["light", "light", usual],
      ["dark", "dark", usual],
      ["phone", "light", phone],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await page.screenshot({ path: join("reports", "pages", `${name}-${as}.png`), fullPage: true });
      expect([name, as, await findBarriers(page)]).toEqual([name, as, []]);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(usual);
  }

  test("lead from sign-in through consent to the application", async () => {
    await page.goto(authorize());
    await look("signIn");
    await signIn(addUser());
    await expect.poll(() => page.title()).toContain("Consent");
    await look("consent");
    await page.getByRole("button", { name: "Accept" }).click();
    await page.waitForURL(`${origin}/back?*`);
    expect(arrivals.at(-1)?.url.searchParams.get("code")).toBeTruthy();
  });

  test("work by keyboard alone", async () => {
    await page.goto(authorize());
    await page.keyboard.type(addUser());
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.title()).toContain("Consent");
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toBe("Accept");
    expect(await page.locator(":focus").evaluate((element) => getComputedStyle(element).outlineWidth)).toBe("3px");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${origin}/back?*`);
  });

  test("say what is wrong with a password, and preserve the user name", async () => {
    const name = addUser();
    await page.goto(authorize());
    await page.getByLabel("User name").fill(name);
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("AADSTS50126");
    expect(await page.getByLabel("User name").inputValue()).toBe(name);
    await look("wrongPassword");
  });

  test("post the response automatically, or by a button without scripts", async () => {
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

  test("offer the browser's accounts", async () => {
    platform.directory.grantAdminConsent(appId);
    const [first, second] = [addUser(), addUser()];
    for (const name of [first, second]) {
      await page.goto(authorize({ prompt: "login" }));
      await signIn(name);
      await page.waitForURL(`${origin}/back?*`);
    }
    await page.goto(authorize({ prompt: "select_account" }));
    await look("accounts");
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

  test("sign a device in after a warning", async () => {
    const started = await platform.fetch(
      new Request(`${platform.url}/${platform.tenant.id}/oauth2/v2.0/devicecode`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ client_id: appId, scope: "openid User.Read" }).toString(),
      }),
    );
    const { user_code: userCode } = (await started.json()) as { user_code: string };
    await page.goto(`${platform.url}/devicelogin`);
    await look("deviceCode");
    await page.getByLabel("Code").fill(userCode.toLowerCase());
    await page.getByRole("button", { name: "Next" }).click();
    await signIn(addUser());
    await expect
      .poll(() => page.getByRole("heading", { level: 1 }).textContent())
      .toContain("Are you trying to sign in");
    await look("deviceConfirm");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect.poll(() => page.getByRole("heading", { level: 1 }).textContent()).toContain("You have signed in");
  });

  test("say why they refuse, with a code and in plain words", async () => {
    await page.goto(authorize({ redirect_uri: "https://elsewhere.example/back" }));
    expect(await page.getByRole("alert").textContent()).toContain("AADSTS50011");
    await look("error");
    await page.goto(authorize({ scope: "openid User.Read.All" }));
    await signIn(addUser());
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("AADSTS90094");
    await look("approval");
    await page.goto(`${platform.url}/devicelogin?code=AAAAAAAAA`);
    expect(await page.getByRole("alert").textContent()).toContain("AADSTS70018");
    await page.getByText("Ids for finding this in a log").click();
    expect(await page.getByText("Correlation Id").isVisible()).toBe(true);
    await look("wrongDeviceCode");
    await page.goto(`${platform.url}/error?code=700027`);
    await look("errorLookup");
  });

  test("ask an administrator to consent for everyone, and can remove an account from the browser", async () => {
    const { userPrincipalName, password: adminPassword } = platform.tenant.administrator;
    await page.goto(`${platform.url}/${platform.tenant.id}/adminconsent?client_id=${appId}`);
    await signIn(userPrincipalName, page, adminPassword);
    await expect.poll(() => page.title()).toContain("Consent");
    await look("adminConsent");
    await page.goto(authorize());
    await look("consentForEverybody");
    await page.goto(`${platform.url}/${platform.tenant.id}/oauth2/v2.0/logout`);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("You have signed out");
    await look("signedOut");
    await page.goto(authorize());
    expect(await page.getByLabel("Password").count()).toBe(1);
  });

  test("ask for a second factor if the tenant requires one", async () => {
    platform.directory.setPolicy({ requiresSecondFactor: true });
    platform.directory.grantAdminConsent(appId);
    await page.goto(authorize());
    await signIn(addUser());
    await expect.poll(() => page.getByLabel("Code (6 digits)").count()).toBe(1);
    await look("secondFactor");
    const code = /the second factor is (\d{6})/.exec(platform.events.at(-1)?.why ?? "")?.[1] ?? "";
    await page.getByLabel("Code (6 digits)").fill(code);
    await page.getByRole("button", { name: "Verify" }).click();
    await page.waitForURL(`${origin}/back?*`);
    platform.directory.setPolicy({ requiresSecondFactor: false });
  });

  test("log nothing to the console: no policy is violated, nothing is missing", async () => {
    const messages: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(error.message));
    await page.goto(authorize());
    await signIn(addUser());
    await expect.poll(() => page.title()).toContain("Consent");
    expect(messages).toEqual([]);
  });
});
