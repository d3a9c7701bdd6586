import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumReason, launchOptions } from "./support/chromium.ts";
import { latchkey } from "./support/latchkey.ts";

const timeoutMs = 120_000;
/** More than the controls on the longest page: a list of all of Graph's permissions. */
const mostPresses = 400;

describe.skipIf(chromiumReason)(`the portal by keyboard alone${chromiumReason}`, { timeout: timeoutMs }, () => {
  let folder: string;
  let platform: Platform;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-keyboard-"));
    platform = await startPlatform({ dataDirectory: join(folder, "data") });
    browser = await chromium.launch(launchOptions);
    const viewport = { width: 375, height: 720 };
    const context = await browser.newContext({ ignoreHTTPSErrors: true, colorScheme: "dark", viewport });
    page = await context.newPage();
  }, timeoutMs);

  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Moves the focus from where it is to the control. */
  async function reach(control: Locator): Promise<void> {
    await control.waitFor();
    for (let presses = 0; presses < mostPresses; presses++) {
      if (await control.evaluate((element) => element === document.activeElement)) {
        return;
      }
      await page.keyboard.press("Tab");
    }
    throw new Error(`${control} is not reached by the Tab key on ${page.url()}`);
  }

  async function type(label: string, text: string): Promise<void> {
    await reach(page.getByLabel(label, { exact: true }));
    await page.keyboard.type(text);
  }

  async function press(role: "button" | "link" | "checkbox", name: string): Promise<void> {
    const control = page.getByRole(role, { name, exact: true }).first();
    await reach(control);
    expect(await isVisiblyFocused(control), `the focus on ${name} is seen`).toBe(true);
    await page.keyboard.press(role === "checkbox" ? "Space" : "Enter");
  }

  const isVisiblyFocused = (control: Locator): Promise<boolean> =>
    control.evaluate((element) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    });
  const heading = (): Promise<string | null> => page.getByRole("heading", { level: 1 }).textContent();
  const text = (): Promise<string | null> => page.locator("main").textContent();

  test("takes a daemon from its registration to the list of users, on a phone in dark mode", async () => {
    const file = join(folder, "parameters.json");
    const run = () => latchkey(["run", file], { environment: platform.environment });
    await page.goto(platform.url);
    await press("button", "Open the portal");
    const { userPrincipalName, password } = platform.tenant.administrator;
    await type("User name", userPrincipalName);
    await type("Password", password);
    await page.keyboard.press("Enter");
    await expect.poll(heading).toBe("Applications");
    await type("Name", "Nightly report");
    await page.keyboard.press("Enter");
    await expect.poll(heading).toBe("Nightly report");

    await press("link", "Certificates & secrets");
    await press("button", "Add client secret");
    const downloading = page.waitForEvent("download");
    await press("button", "Save parameters.json");
    await (await downloading).saveAs(file);
    expect((await run()).err).toContain("Authorization_RequestDenied");

    await press("link", "Sign-in log");
    await press("link", "Declare application permissions");
    await reach(page.getByLabel("API", { exact: true }));
    await page.keyboard.type("Microsoft Graph");
    await press("button", "Show permissions");
    await reach(page.getByRole("group", { name: "Application permissions" }).getByLabel("User.Read.All"));
    await page.keyboard.press("Space");
    await press("button", "Add permissions");
    await expect.poll(text).toContain("Consent is missing for 1 of 1 permissions.");
    await press("button", "Grant admin consent for Contoso");
    await expect.poll(text).toContain("All permissions are granted.");

    const { exitCode, out } = await run();
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).value.length).toBeGreaterThan(20);
  });

  test("starts by offering to skip what is the same on every page", async () => {
    await page.goto(`${platform.url}/portal/applications`);
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toBe("Skip to content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.locator("main :focus").count()).toBe(1);
  });
});
