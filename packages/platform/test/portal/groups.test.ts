import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Browser } from "../support/browser.ts";
import { openPortal, press, send } from "../support/portal.ts";
import { addUser } from "../support/signIn.ts";

let platform: Platform;
let browser: Browser;
let path: string;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await openPortal(platform);
});
afterAll(() => platform.stop());
beforeEach(async () => {
  path =
    (await press(browser, "/portal/groups", "create", { displayName: "Clerks", description: "Pay" })).location ?? "";
});

const idIn = (of: string): string => of.split("/")[3] ?? "";

test("a new group is a listed security group without members", async () => {
  const { html } = await browser.get(path);
  for (const text of ["<dd>Security</dd>", 'value="Clerks"', 'value="Pay"', "The group has no members."]) {
    expect(html).toContain(text);
  }
  expect((await browser.get("/portal/groups?search=clerk")).html).toContain(path);
  expect((await browser.get("/portal/groups?search=clerkz")).html).not.toContain(path);
});

test("saved values are shown, and an empty description is removed", async () => {
  const { html } = await send(browser, path, "save", { displayName: "Payroll clerks", description: "" });
  expect(html).toContain('value="Payroll clerks"');
  expect(html).not.toContain('value="Pay"');
});

test("users by name and others by object id become members, and their pages list the group", async () => {
  const { id, userPrincipalName } = addUser(platform);
  const other = platform.directory.createGroup({ displayName: "Night shift" });
  expect((await send(browser, path, "add-member", { member: userPrincipalName.toUpperCase() })).html).toContain(
    `href="/portal/users/${id}"`,
  );
  expect((await send(browser, path, "add-member", { member: other.id })).html).toContain(
    `href="/portal/groups/${other.id}"`,
  );
  expect((await browser.get(`/portal/users/${id}`)).html).toContain(`href="${path}"`);
  const { html } = await send(browser, path, "remove-member", { id });
  expect([html.includes(id), html.includes(other.id)]).toEqual([false, true]);
  expect((await press(browser, path, "remove-member", { id })).status).toBe(400);
  expect((await browser.get(`/portal/users/${id}`)).html).toContain("The user is not a member of any group.");
});

test("members are shown in pages", async () => {
  for (let index = 0; index < 51; index++) {
    const { id } = platform.directory.createGroup({ displayName: `Part ${index}` });
    platform.directory.addGroupMember(idIn(path), id);
  }
  const members = (html: string): number => html.split(/Remove <span/).length - 1;
  const { html } = await browser.get(path);
  const next = /<a href="([^"]+)">Next page</.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect([members(html), members((await browser.get(next)).html)]).toEqual([50, 1]);
  expect(html).toContain("51 members");
});

test("app roles assigned to the group are listed", async () => {
  const role = { value: "Pay.Run", displayName: "Run pay", allowedMemberTypes: ["User" as const] };
  const { appId } = platform.directory.registerApplication({ displayName: "Payroll", appRoles: [role] });
  expect((await browser.get(path)).html).toContain("No app roles are assigned.");
  platform.directory.assignGroup(appId, idIn(path), "Pay.Run");
  expect((await browser.get(path)).html).toContain("<strong>Pay.Run</strong>");
});

test("a deleted group disappears, and its members remain", async () => {
  const { id, userPrincipalName } = addUser(platform, { userPrincipalName: "stays" });
  await press(browser, path, "add-member", { member: userPrincipalName });
  expect((await press(browser, path, "delete")).location).toBe("/portal/groups");
  expect((await browser.get(path)).status).toBe(404);
  expect((await browser.get(`/portal/users/${id}`)).html).toContain("The user is not a member of any group.");
});

test.each([
  ["save", { displayName: "" }, "displayName", "Enter a name"],
  ["save", { displayName: "x".repeat(257) }, "displayName", "at most 256"],
  ["save", { displayName: "A", description: "x".repeat(1025) }, "description", "at most 1024"],
  ["add-member", { member: "" }, "member", "(empty)"],
  ["add-member", { member: "nobody@elsewhere.example" }, "member", "nobody@elsewhere.example"],
])("%s refuses %j", async (action, fields, field, why) => {
  const { status, html } = await press(browser, path, action, fields);
  expect([status, html]).toEqual([400, expect.stringContaining(why)]);
  expect(html).toMatch(new RegExp(`name="${field}"[^>]* aria-invalid="true"`));
});

test("a group cannot be its own member, and no member is added twice", async () => {
  expect((await press(browser, path, "add-member", { member: idIn(path) })).html).toContain("member of itself");
  const { id } = platform.directory.createGroup({ displayName: "Once" });
  await press(browser, path, "add-member", { member: id });
  expect((await press(browser, path, "add-member", { member: id })).html).toContain("already a member");
});
