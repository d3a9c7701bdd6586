import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Browser, openBrowser } from "../support/browser.ts";
import { openPortal, press, send } from "../support/portal.ts";

let platform: Platform;
let browser: Browser;
let domain: string;
let path: string;
let name: string;
let password: string;
let count = 0;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await openPortal(platform);
  domain = platform.tenant.administrator.userPrincipalName.split("@")[1] ?? "";
});
afterAll(() => platform.stop());
beforeEach(async () => {
  count++;
  name = `grace${count}@${domain}`;
  const { location } = await press(browser, "/portal/users", "create", {
    userPrincipalName: name,
    displayName: `Grace ${count}`,
  });
  path = location ?? "";
  password = secretIn((await browser.get(path)).html);
});

const secretIn = (html: string): string => /<code id="secret">([^<]+)</.exec(html)?.[1] ?? "";

/** The page of the user, linked from the list. */
async function pathOf(userPrincipalName: string): Promise<string> {
  const { html } = await browser.get(`/portal/users?search=${encodeURIComponent(userPrincipalName)}`);
  return /\/portal\/users\/[0-9a-f-]{36}/.exec(html)?.[0] ?? "";
}

/** Whether the user can sign in to the portal with the password. */
async function canSignIn(userPrincipalName: string, typed: string): Promise<boolean> {
  const other = openBrowser(platform);
  await other.signIn("/portal/users", userPrincipalName, typed);
  // Signed in, but not an administrator: refused, and no longer asked for a password.
  return (await other.get("/portal/users")).html.includes("AADSTS90093");
}

test("a new user signs in with a password that is shown once", async () => {
  expect(path).toMatch(/^\/portal\/users\/[0-9a-f-]{36}$/);
  expect(secretIn((await browser.get(path)).html)).toBe("");
  expect([await canSignIn(name, password), await canSignIn(name, `${password}x`)]).toEqual([true, false]);
  expect(JSON.stringify(platform.events)).not.toContain(password);
});

test("resetting replaces the password", async () => {
  const fresh = secretIn((await send(browser, path, "reset-password")).html);
  expect(fresh).not.toBe(password);
  expect([await canSignIn(name, fresh), await canSignIn(name, password)]).toEqual([true, false]);
});

test("a disabled user cannot sign in until enabled", async () => {
  expect((await send(browser, path, "disable")).html).toContain("not allowed");
  expect(await canSignIn(name, password)).toBe(false);
  await press(browser, path, "enable");
  expect(await canSignIn(name, password)).toBe(true);
});

test("a deleted user disappears from the list, and is restored with the password", async () => {
  expect((await press(browser, path, "delete")).location).toBe("/portal/users");
  expect((await browser.get(path)).status).toBe(404);
  expect((await browser.get(`/portal/users?search=${encodeURIComponent(name)}`)).html).not.toContain(path);
  expect((await browser.get("/portal/users/deleted")).html).toContain(name);
  const id = path.split("/")[3] ?? "";
  expect((await press(browser, "/portal/users/deleted", "restore", { id })).location).toBe(path);
  expect((await browser.get(path)).html).toContain(name);
  expect(await canSignIn(name, password)).toBe(true);
  expect((await press(browser, "/portal/users/deleted", "restore", { id })).status).toBe(400);
});

test("a deleted user whose name is in use again cannot be restored", async () => {
  await press(browser, path, "delete");
  await press(browser, "/portal/users", "create", { userPrincipalName: name, displayName: "Heir" });
  const id = path.split("/")[3] ?? "";
  const { status, html } = await press(browser, "/portal/users/deleted", "restore", { id });
  expect([status, html]).toEqual([400, expect.stringContaining("has the user name")]);
});

test("saved values are shown, and empty fields are removed", async () => {
  const renamed = `hopper${count}@${domain}`;
  const fields = { userPrincipalName: renamed, displayName: "Grace Hopper", jobTitle: "Admiral", department: "Navy" };
  const { html } = await send(browser, path, "save", fields);
  for (const value of Object.values(fields)) {
    expect(html).toContain(`value="${value}"`);
  }
  expect(await canSignIn(renamed, password)).toBe(true);
  expect((await send(browser, path, "save", { ...fields, jobTitle: "" })).html).not.toContain("Admiral");
});

test("groups and app roles are listed, with the group through which a role is assigned", async () => {
  const { directory, tenant } = platform;
  const role = { value: "Pay.Run", displayName: "Run pay", allowedMemberTypes: ["User" as const] };
  const payroll = directory.registerApplication({ displayName: "Payroll", appRoles: [role] });
  const before = (await browser.get(path)).html;
  for (const text of ["The user is not a member of any group.", "No app roles are assigned."]) {
    expect(before).toContain(text);
  }
  const group = directory.createGroup({ displayName: "Payroll clerks" });
  directory.addGroupMember(group.id, path.split("/")[3] ?? "");
  directory.assignGroup(payroll.appId, group.id, "Pay.Run");
  directory.assignUser(payroll.appId, name);
  const { html } = await browser.get(path);
  expect(html).toMatch(/<strong>Pay.Run<\/strong><br>\s*<span class="soft">Payroll · through Payroll clerks</);
  expect(html).toMatch(/<strong>Access without a role<\/strong><br>\s*<span class="soft">Payroll · directly</);
  expect((await browser.get(await pathOf(tenant.administrator.userPrincipalName))).html).toContain(
    "<dd>Global Administrator</dd>",
  );
});

test("the list is searched by the beginning of a name, and paging keeps the search", async () => {
  for (let index = 0; index < 51; index++) {
    const number = String(index).padStart(2, "0");
    const user = { userPrincipalName: `paged${count}x${number}@${domain}`, displayName: `Paged${count} ${number}` };
    await press(browser, "/portal/users", "create", user);
  }
  const first = await browser.get(`/portal/users?search=paged${count}`);
  const next = /<a href="([^"]+)">Next page</.exec(first.html)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect([first.html.includes(`Paged${count} 49`), first.html.includes(`Paged${count} 50`)]).toEqual([true, false]);
  const second = await browser.get(next);
  expect([second.html.includes(`Paged${count} 50`), second.html.includes(name)]).toEqual([true, false]);
  // Priya is the next name: without the search, the second page would begin with her.
  expect([second.html.includes("Priya"), second.html.includes(">Next page<")]).toEqual([false, false]);
});

test.each(["disable", "delete", "reset-password"])("administrators cannot %s themselves", async (action) => {
  const own = await pathOf(platform.tenant.administrator.userPrincipalName);
  const refused = await press(browser, own, action);
  expect([refused.status, refused.html]).toEqual([400, expect.stringContaining("your own account")]);
});

test.each([
  [{ userPrincipalName: "ada" }, "userPrincipalName", "is not a user name"],
  [{ userPrincipalName: "ada@elsewhere.example" }, "userPrincipalName", "not a verified domain"],
  [{ displayName: "" }, "displayName", "Enter a display name"],
  [{ displayName: "x".repeat(257) }, "displayName", "at most 256"],
  [{ jobTitle: "x".repeat(129) }, "jobTitle", "at most 128"],
])("refuses to save %j", async (wrong, field, why) => {
  const fields = { userPrincipalName: name, displayName: "Grace", ...wrong };
  const { status, html } = await press(browser, path, "save", fields);
  expect([status, html]).toEqual([400, expect.stringContaining(why)]);
  expect(html).toMatch(new RegExp(`name="${field}"[^>]* aria-invalid="true"`));
});

test("a user name in use is refused for another user, in any letter case", async () => {
  const user = { userPrincipalName: name.toUpperCase(), displayName: "Other" };
  const { status, html } = await press(browser, "/portal/users", "create", user);
  expect([status, html]).toEqual([400, expect.stringContaining("has the user name")]);
});
