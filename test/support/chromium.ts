import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type LaunchOptions } from "playwright-core";
import { testClient } from "../../tools/support/testClients.ts";

const found = testClient("chromium");

/** The reason why there is no browser here, in brackets for a test's name, or an empty string. */
export const chromiumReason = found.kind === "missing" ? ` (skipped: ${found.reason})` : "";

export const launchOptions: LaunchOptions = {
  executablePath: found.kind === "ready" ? found.command : "",
  // Root cannot use the sandbox, and in a container tests run as root.
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
};

/** A browser that sends cookies in frames of other sites: Debian's Chromium and private windows do not. */
export interface TolerantBrowser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

export async function openTolerantBrowser(): Promise<TolerantBrowser> {
  const profile = mkdtempSync(join(tmpdir(), "latchkey-profile-"));
  mkdirSync(join(profile, "Default"));
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  writeFileSync(join(profile, "Default", "Preferences"), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, { ...launchOptions, ignoreHTTPSErrors: true });
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
