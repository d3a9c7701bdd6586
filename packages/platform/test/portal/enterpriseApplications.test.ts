import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Browser } from "../support/browser.ts";
import { postForm, tokenPath } from "../support/daemon.ts";
import { openPortal, press, send } from "../support/portal.ts";
import { addUser, password } from "../support/signIn.ts";

const defaultAccess = "00000000-0000-0000-0000-000000000000";
const permissions = ["User.Read.All"];
let platform: Platform;
let browser: Browser;
let appId: string;
let principalId: string;
let path: string;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await openPortal(platform);
});
afterAll(() => platform.stop());
beforeEach(() => {
  const { directory } = platform;
  const registered = directory.registerApplication({
    displayName: "Orders",
    allowPublicClient: true,
    appRoles: [
      { value: "Orders.Approve", allowedMemberTypes: ["User"] },
      { value: "Orders.Import", allowedMemberTypes: ["Application"] },
    ],
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions, delegatedPermissions: ["User.Read"] }],
  });
  [appId, principalId] = [registered.appId, registered.servicePrincipalId ?? ""];
  path = `/portal/enterprise-applications/${principalId}`;
  directory.grantAdminConsent(appId);
});

function roleId(html: string, name: string): string {
  return new RegExp(`<option value="([^"]+)"[^>]*>${name}<`).exec(html)?.[1] ?? "";
}

/** An ID token has the user's roles on the application itself. */
async function tokenOf(userPrincipalName: string) {
  const form = { grant_type: "password", client_id: appId, username: userPrincipalName, password };
  return (await postForm(platform, tokenPath(platform), { ...form, scope: "User.Read openid" })).body;
}

test("they are listed with their origin, and found by name", async () => {
  const { html } = await browser.get("/portal/enterprise-applications?search=orders");
  expect(html).toContain(`href="${path}"`);
  expect(html).toContain("registered here");
  expect(html).not.toContain("Azure Key Vault");
  expect((await browser.get("/portal/enterprise-applications?search=Azure Key")).html).toContain(
    "Microsoft application",
  );
});

test("the page of one lists its permissions, and each can be revoked", async () => {
  const { html } = await browser.get(path);
  for (const text of ["User.Read.All", "application permission", "User.Read<", "delegated, for every user"]) {
    expect(html).toContain(text);
  }
  const [role = "", grant = ""] = [...html.matchAll(/name="id" value="([^"]+)"/g)].map(([, id]) => id ?? "");
  expect((await send(browser, path, "revoke-role", { id: role })).html).not.toContain("User.Read.All");
  expect((await send(browser, path, "revoke-grant", { id: grant })).html).toContain("It has no permissions.");
  expect((await tokenOf(addUser(platform).userPrincipalName)).error_codes).toEqual([65001]);
  expect((await press(browser, path, "revoke-role", { id: role })).status).toBe(400);
  expect((await press(browser, path, "revoke-grant", { id: grant })).status).toBe(400);
});

test("a user is assigned a role and loses it, which tokens reflect", async () => {
  const { id, userPrincipalName } = addUser(platform);
  const role = roleId((await browser.get(path)).html, "Orders.Approve");
  const { html } = await send(browser, path, "assign", { principal: userPrincipalName.toUpperCase(), role });
  expect(html).toContain(`href="/portal/users/${id}"`);
  expect((await browser.get(`/portal/users/${id}`)).html).toContain("Orders.Approve");
  expect(decodeJwt((await tokenOf(userPrincipalName)).id_token)["roles"]).toEqual(["Orders.Approve"]);
  const assignment = new RegExp(`/portal/users/${id}[\\s\\S]*?name="id" value="([^"]+)"`).exec(html)?.[1] ?? "";
  expect((await send(browser, path, "unassign", { id: assignment })).html).toContain("No roles are assigned.");
  expect(decodeJwt((await tokenOf(userPrincipalName)).id_token)["roles"]).toBeUndefined();
  expect((await press(browser, path, "unassign", { id: assignment })).status).toBe(400);
});

test("groups and applications are assigned roles by object id", async () => {
  const group = platform.directory.createGroup({ displayName: "Approvers" });
  const client = platform.directory.registerApplication({ displayName: "Importer" });
  const form = (await browser.get(path)).html;
  await send(browser, path, "assign", { principal: group.id, role: roleId(form, "Orders.Approve") });
  const importer = { principal: client.servicePrincipalId?.toUpperCase() ?? "", role: roleId(form, "Orders.Import") };
  const { html } = await send(browser, path, "assign", importer);
  for (const text of [`/portal/groups/${group.id}`, `/portal/enterprise-applications/${client.servicePrincipalId}`]) {
    expect(html).toContain(`href="${text}"`);
  }
});

test.each([
  [
    "nobody",
    { principal: "nobody@x.test", role: defaultAccess },
    "has no user, group or service principal nobody@x.test",
  ],
  ["a role for applications", { principal: "user", role: "Orders.Import" }, "is not for principals of type User"],
  ["a role that is none", { principal: "user", role: "x" }, "has no enabled app role x"],
])("explains why it does not assign %s", async (_, fields, why) => {
  const form = (await browser.get(path)).html;
  const principal = fields.principal === "user" ? addUser(platform).userPrincipalName : fields.principal;
  const role = roleId(form, fields.role) || fields.role;
  const { status, html } = await press(browser, path, "assign", { principal, role });
  expect([status, html]).toEqual([400, expect.stringContaining(why)]);
  expect(html).toContain(`value="${principal}"`);
});

test("assigns nothing twice", async () => {
  const fields = { principal: addUser(platform).id, role: defaultAccess };
  await send(browser, path, "assign", fields);
  const { html } = await press(browser, path, "assign", fields);
  expect(html).toContain("already has &quot;Access without a role&quot;.");
});

test("users without a role cannot sign in while assignment is required", async () => {
  const { userPrincipalName } = addUser(platform);
  await press(browser, path, "require");
  expect((await tokenOf(userPrincipalName)).error_codes).toEqual([50105]);
  await press(browser, path, "assign", { principal: userPrincipalName, role: defaultAccess });
  expect((await tokenOf(userPrincipalName)).access_token).toBeDefined();
  await press(browser, path, "open");
  expect((await tokenOf(addUser(platform).userPrincipalName)).access_token).toBeDefined();
});

test("one is disabled, enabled and deleted", async () => {
  const { userPrincipalName } = addUser(platform);
  await press(browser, path, "disable");
  expect((await tokenOf(userPrincipalName)).error_codes).toEqual([7000112]);
  await press(browser, path, "enable");
  expect((await tokenOf(userPrincipalName)).access_token).toBeDefined();
  await press(browser, path, "delete");
  expect((await browser.get(path)).status).toBe(404);
});

test("a form changes only its own service principal", async () => {
  const other = platform.directory.registerApplication({ displayName: "Other" });
  const otherPath = `/portal/enterprise-applications/${other.servicePrincipalId}`;
  const { html } = await browser.get(path);
  const [role = ""] = [...html.matchAll(/name="id" value="([^"]+)"/g)].map(([, id]) => id ?? "");
  expect((await press(browser, otherPath, "revoke-role", { id: role })).status).toBe(400);
  expect((await browser.get(path)).html).toContain("User.Read.All");
});
