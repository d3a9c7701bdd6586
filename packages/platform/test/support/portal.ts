import type { Platform } from "@latchkey/platform";
import { type Browser, openBrowser, type Visited } from "./browser.ts";

/** A browser that the platform's administrator has signed in to the portal with. */
export async function openPortal(platform: Platform): Promise<Browser> {
  const browser = openBrowser(platform);
  const { userPrincipalName, password } = platform.tenant.administrator;
  await browser.signIn("/portal/applications", userPrincipalName, password);
  await browser.get("/portal/applications");
  return browser;
}

/** Presses the button of a form on the portal page, with what was typed into its fields. */
export function press(
  browser: Browser,
  path: string,
  action: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Visited> {
  return browser.post(path, { token: browser.token, action, ...fields });
}

/** Presses the button of a form, and goes to where it leads: what somebody sees. */
export async function send(...form: Parameters<typeof press>): Promise<Visited> {
  const response = await press(...form);
  return response.location === null ? response : form[0].get(response.location);
}

/** Registers an application on the portal; the path of its overview. */
export async function register(browser: Browser, name: string): Promise<string> {
  const { location } = await press(browser, "/portal/applications", "register", { name, audience: "AzureADMyOrg" });
  if (location === null) {
    throw new Error(`${name} was not registered`);
  }
  return location;
}

/** The client id in the path of an application's page. */
export function appIdIn(path: string): string {
  return path.split("/")[3] ?? "";
}
