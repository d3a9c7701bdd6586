import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { registerApplication } from "../../src/directory/applications/registration.ts";
import { openDirectory } from "../../src/directory/directory.ts";
import { createGroup } from "../../src/directory/groups/groups.ts";
import { createTenant, getTenant } from "../../src/directory/tenants/tenants.ts";
import { createUser, deleteUser } from "../../src/directory/users/users.ts";
import { openStorage } from "../../src/storage/openStorage.ts";
import type { Browser } from "../support/browser.ts";
import { graphScope, postForm } from "../support/daemon.ts";
import { openPortal, press } from "../support/portal.ts";

const fabrikamId = "fab00000-0000-4000-8000-000000000001";
let folder: string;
let platform: Platform;
let browser: Browser;
let appId: string;
let userId: string;
let deletedId: string;
let groupId: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-portal-tenants-"));
  platform = await startPlatform({ dataDirectory: folder });
  const directory = openDirectory(openStorage(folder), { now: () => Date.now() }, seededRandom("tenants"));
  const profile = getTenant(directory, platform.tenant.id)?.profile;
  if (profile === undefined) {
    throw new Error("the seeded tenant is missing");
  }
  const domains = [{ name: "fabrikam.example", isInitial: true, isDefault: true }];
  createTenant(directory, { id: fabrikamId, displayName: "Fabrikam", createdMs: 0, domains, profile });
  ({ appId } = registerApplication(directory, fabrikamId, { displayName: "Fabrikam Sync" }));
  const user = (name: string): string =>
    createUser(directory, {
      tenantId: fabrikamId,
      userPrincipalName: `${name}@fabrikam.example`,
      displayName: `Fabrikam ${name}`,
    }).id;
  [userId, deletedId] = [user("ada"), user("bob")];
  deleteUser(directory, deletedId);
  groupId = createGroup(directory, { tenantId: fabrikamId, displayName: "Fabrikam crew" }).id;
  directory.database.close();
  browser = await openPortal(platform);
});
afterAll(async () => {
  await platform.stop();
  rmSync(folder, { recursive: true });
});

test("their applications are neither listed nor found nor changed", async () => {
  expect((await browser.get("/portal/applications")).html).not.toContain("Fabrikam Sync");
  for (const segment of ["", "/credentials", "/permissions", "/api", "/manifest"]) {
    const { status, html } = await browser.get(`/portal/applications/${appId}${segment}`);
    expect([status, html.includes("Fabrikam Sync")]).toEqual([404, false]);
  }
  await press(browser, `/portal/applications/${appId}`, "delete");
  expect((await press(browser, "/portal/sign-ins", "grant", { application: appId })).status).toBe(400);
  expect(platform.events.filter(({ type, status }) => type === "portal" && status === 303)).toEqual([]);
});

test("their users are neither listed, found, changed nor restored", async () => {
  for (const path of ["/portal/users?search=Fabrikam", "/portal/users?search=ada@", "/portal/users/deleted"]) {
    expect((await browser.get(path)).html).not.toMatch(/Fabrikam (ada|bob)/);
  }
  expect((await browser.get(`/portal/users/${userId}`)).status).toBe(404);
  for (const action of ["save", "disable", "reset-password", "delete"]) {
    expect((await press(browser, `/portal/users/${userId}`, action)).html).toContain("has no user with");
  }
  expect((await press(browser, "/portal/users/deleted", "restore", { id: deletedId })).status).toBe(400);
});

test("their groups are neither listed, found nor changed, and their users cannot be members", async () => {
  expect((await browser.get("/portal/groups?search=Fabrikam")).html).not.toContain("Fabrikam crew");
  expect((await browser.get(`/portal/groups/${groupId}`)).status).toBe(404);
  for (const action of ["save", "add-member", "remove-member", "delete"]) {
    expect((await press(browser, `/portal/groups/${groupId}`, action)).html).toContain("has no group with");
  }
  const own = platform.directory.createGroup({ displayName: "Crew" });
  for (const member of ["ada@fabrikam.example", userId, groupId]) {
    expect((await press(browser, `/portal/groups/${own.id}`, "add-member", { member })).status).toBe(400);
  }
});

test("their sign-ins are not in the log", async () => {
  const form = { grant_type: "client_credentials", client_id: appId, client_secret: "wrong", scope: graphScope };
  await postForm(platform, `/${fabrikamId}/oauth2/v2.0/token`, form);
  expect(platform.events.at(-1)).toMatchObject({ tenantId: fabrikamId, clientId: appId });
  expect((await browser.get("/portal/sign-ins")).html).not.toContain(appId);
});
