import { execSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBarriers } from "./support/barriers.ts";
import { chromiumReason, launchOptions } from "./support/chromium.ts";
import { latchkey } from "./support/latchkey.ts";

const timeoutMs = 60_000;
const guides = join(import.meta.dirname, "..", "docs", "guides");
const guide = readFileSync(join(guides, "portal.md"), "utf8");
/** The pictures of the guide; `UPDATE_PICTURES=1` takes them again. */
const pictures: Readonly<Record<string, string>> = {
  "signInLog-light": "sign-in-log.png",
  "permissions-light": "permissions.png",
  "certificate-phone": "certificate-phone.png",
};

describe.skipIf(chromiumReason)(`the portal in Chromium${chromiumReason}`, { timeout: timeoutMs }, () => {
  let folder: string;
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const messages: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-portal-"));
    platform = await startPlatform({ dataDirectory: join(folder, "data") });
    browser = await chromium.launch(launchOptions);
    context = await browser.newContext({ ignoreHTTPSErrors: true, colorScheme: "light" });
    page = await context.newPage();
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(error.message));
  }, timeoutMs);

  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Takes pictures for review, and checks what a program can check. */
  async function look(name: string): Promise<void> {
    for (const [as, colorScheme, width] of [
      ["light", "light", 1280],
      ["dark", "dark", 1280],
      ["phone", "light", 375],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 720 });
      const path = join("reports", "pages", `portal-${name}-${as}.png`);
      await page.screenshot({ path, fullPage: true });
      const picture = pictures[`${name}-${as}`];
      if (process.env["UPDATE_PICTURES"] && picture) {
        copyFileSync(path, join(guides, "portal", picture));
      }
      expect([name, as, await findBarriers(page)]).toEqual([name, as, []]);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 720 });
  }

  const heading = (): Promise<string | null> => page.getByRole("heading", { level: 1 }).textContent();
  const press = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
  const follow = (name: string): Promise<void> => page.getByRole("link", { name, exact: true }).first().click();

  async function run(file: string): Promise<{ exitCode: number; out: string; err: string }> {
    return latchkey(["run", file], { environment: platform.environment });
  }

  test("takes a daemon from its registration to the list of users, by secret", async () => {
    await page.goto(platform.url);
    await look("home");
    await press("Open the portal");
    const { userPrincipalName, password } = platform.tenant.administrator;
    await page.getByLabel("User name").fill(userPrincipalName);
    await page.getByLabel("Password").fill(password);
    await press("Sign in");
    await expect.poll(heading).toBe("Applications");

    await page.getByLabel("Name").fill("Nightly report");
    await look("applications");
    await press("Register");
    await expect.poll(heading).toBe("Nightly report");
    await look("overview");

    await follow("Certificates & secrets");
    await page.getByLabel("Description").fill("Laptop");
    await press("Add client secret");
    const secret = (await page.locator("#secret").textContent()) ?? "";
    const downloading = page.waitForEvent("download");
    await press("Save parameters.json");
    const download = await downloading;
    expect([download.suggestedFilename(), download.url().includes(secret)]).toEqual(["parameters.json", false]);
    await download.saveAs(join(folder, "parameters.json"));
    expect(JSON.parse(readFileSync(join(folder, "parameters.json"), "utf8")).secret).toBe(secret);
    await look("secret");
    await page.reload();
    expect(await page.content()).not.toContain(secret);
    expect(await page.getByRole("button", { name: "Remove secret" }).count()).toBe(1);

    expect((await run(join(folder, "parameters.json"))).err).toContain("Authorization_RequestDenied");
    await follow("Sign-in log");
    expect(await page.locator("main").textContent()).toContain("without roles: no application permissions");
    await follow("Declare application permissions");
    await page.getByLabel("API", { exact: true }).selectOption("Microsoft Graph");
    await press("Show permissions");
    await page.getByRole("group", { name: "Application permissions" }).getByLabel("User.Read.All").check();
    await press("Add permissions");
    await expect.poll(() => page.locator("main").textContent()).toContain("Consent is missing for 1 of 1 permissions.");
    await look("permissions");
    await follow("Sign-in log");
    await page.getByText("Details and claims").first().click();
    await look("signInLog");
    await press("Grant admin consent");
    await expect.poll(() => page.getByRole("button", { name: "Grant admin consent" }).count()).toBe(0);

    const { exitCode, out } = await run(join(folder, "parameters.json"));
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).value.length).toBeGreaterThan(20);
  });

  test("accepts the certificate from the documented openssl steps, and the daemon signs in with it", async () => {
    const shell = (commands: string): string => execSync(commands, { cwd: folder, encoding: "utf8", stdio: "pipe" });
    shell(/^```\n(openssl genrsa[^`]+)^```$/m.exec(guide)?.[1] ?? "");
    const [key, certificate] = [join(folder, "daemon.key"), join(folder, "daemon.crt")];
    const printed = shell("openssl x509 -in daemon.crt -noout -fingerprint -sha1");
    const thumbprint = printed.replace(/.*=/, "").replaceAll(":", "").trim();

    await follow("Applications");
    await follow("Nightly report");
    await follow("Certificates & secrets");
    await page.getByLabel("Certificate file").setInputFiles(key);
    await press("Upload certificate");
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("contains a private key");
    await expect.poll(() => page.locator(":focus").getAttribute("name")).toBe("certificate");
    await look("privateKey");
    await page.getByLabel("Certificate file").setInputFiles(certificate);
    await press("Upload certificate");
    await expect.poll(() => page.locator("main").textContent()).toContain(thumbprint);
    await look("certificate");

    const { secret: _, ...parameters } = JSON.parse(readFileSync(join(folder, "parameters.json"), "utf8"));
    const file = join(folder, "certificate.json");
    writeFileSync(file, JSON.stringify({ ...parameters, thumbprint, private_key_file: "daemon.key" }));
    const { exitCode, out } = await run(file);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).value.length).toBeGreaterThan(20);
  });

  test.each(["federated", "api", "authentication", "manifest"])("shows %s without barriers", async (segment) => {
    await page.goto(`${platform.url}/portal/applications`);
    await follow("Nightly report");
    await page.goto(`${page.url()}/${segment}`);
    await look(segment);
  });

  test.each(["Daemon", "Web app", "Web API"])("makes the changes of the quick start %s", async (title) => {
    const name = title.replaceAll(" ", "");
    await follow("Quick starts");
    await look("quickstarts");
    await follow(title);
    await look(`quickstart${name}`);
    await press("Register and add a client secret");
    await expect.poll(heading).toBe(`${title}: ready to run`);
    await look(`quickstartCode${name}`);
  });

  test("creates, disables, deletes and restores a user", async () => {
    await follow("Users");
    await look("users");
    const domain = platform.tenant.administrator.userPrincipalName.split("@")[1];
    await page.getByLabel("User name", { exact: true }).fill(`grace@${domain}`);
    await page.getByLabel("Display name", { exact: true }).fill("Grace Hopper");
    await press("Create user");
    await expect.poll(heading).toBe("Grace Hopper");
    const password = (await page.locator("#secret").textContent()) ?? "";
    await look("newUser");
    await page.reload();
    expect([password.length, (await page.content()).includes(password)]).toEqual([24, false]);
    await press("Disable");
    await expect.poll(() => page.getByRole("button", { name: "Enable" }).count()).toBe(1);
    await press("Delete");
    await follow("Deleted users");
    await look("deletedUsers");
    await press("Restore Grace Hopper");
    await expect.poll(heading).toBe("Grace Hopper");
  });

  test("creates a group and adds a user", async () => {
    await follow("Groups");
    await page.getByLabel("Name", { exact: true }).fill("Compilers");
    await look("groups");
    await press("Create group");
    await expect.poll(heading).toBe("Compilers");
    await page.getByLabel("User name, or object id").fill(platform.tenant.administrator.userPrincipalName);
    await press("Add member");
    await expect.poll(() => page.locator("main").textContent()).toContain("1 member");
    await look("group");
    await page.getByRole("button", { name: "Remove" }).click();
    await expect.poll(() => page.locator("main").textContent()).toContain("The group has no members.");
  });

  test("assigns a user a role on an enterprise application", async () => {
    await follow("Enterprise applications");
    await look("enterpriseApplications");
    await follow("Nightly report");
    await page.getByLabel("User name, or object id").fill("nobody@contoso.example");
    await press("Assign");
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("nobody@contoso.example");
    await expect.poll(() => page.locator(":focus").getAttribute("name")).toBe("principal");
    await page.getByLabel("User name, or object id").fill(platform.tenant.administrator.userPrincipalName);
    await press("Assign");
    await expect.poll(() => page.locator("main").textContent()).toContain("Remove Ada Winters");
    await look("enterpriseApplication");
  });

  test("creates a tenant and switches to it, and a daemon in it gets a token", async () => {
    await follow("Tenants");
    await page.getByLabel("Display name").fill("Fabrikam");
    await page.getByLabel("Initial domain").fill("fabrikam");
    await press("Create tenant");
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("fabrikam is not a domain name");
    await expect.poll(() => page.locator(":focus").getAttribute("name")).toBe("domain");
    await page.getByLabel("Initial domain").fill("fabrikam.onmicrosoft.com");
    await press("Create tenant");
    await expect.poll(heading).toBe("Fabrikam");
    const password = (await page.locator("#secret").textContent()) ?? "";
    await look("newTenant");
    await follow("Tenants");
    await look("tenants");
    await follow("Contoso");
    await look("ownTenant");
    await page.goBack();

    await press("Switch to Fabrikam");
    await expect.poll(() => page.locator(":focus").getAttribute("name")).toBe("password");
    await look("switched");
    await page.getByLabel("Password").fill(password);
    await press("Sign in");
    await expect.poll(() => page.locator("main").textContent()).toContain("There are no registrations yet.");
    await page.getByLabel("Name").fill("Fabrikam report");
    await press("Register");
    await expect.poll(heading).toBe("Fabrikam report");
    await follow("Certificates & secrets");
    await press("Add client secret");
    const parameters = (await page.locator("#parameters").textContent()) ?? "";
    const file = join(folder, "fabrikam.json");
    writeFileSync(file, parameters, { mode: 0o600 });
    // Graph's answer: the token is valid, but has no roles yet.
    expect((await run(file)).err).toContain("Authorization_RequestDenied");
  });

  test("logs nothing to the console: no policy is violated, nothing is missing", () => {
    // Each refusal that a test provokes is a response with status 400.
    expect(messages.filter((message) => !message.includes("status of 400"))).toEqual([]);
  });
});
