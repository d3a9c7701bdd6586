import { afterEach, beforeEach, expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { countApplications } from "../../src/directory/applications/applications.ts";
import { type Directory, openDirectory } from "../../src/directory/directory.ts";
import { listRoleMembers } from "../../src/directory/directoryRoles/directoryRoles.ts";
import { globalAdministrator } from "../../src/directory/directoryRoles/roleTemplates.ts";
import { listAppRoleAssignments } from "../../src/directory/permissionGrants/permissionGrants.ts";
import { platformDirectory } from "../../src/directory/platformDirectory.ts";
import { seedDirectory } from "../../src/directory/provisioning/seedDirectory.ts";
import { getServicePrincipal, listServicePrincipals } from "../../src/directory/servicePrincipals/servicePrincipals.ts";
import {
  type AddedTenant,
  addTenant,
  addTenantDomain,
  renameTenant,
  type TenantProblem,
} from "../../src/directory/tenants/tenantChanges.ts";
import { findTenantByDomain, getTenant, listTenants } from "../../src/directory/tenants/tenants.ts";
import { verifyUserPassword } from "../../src/directory/users/userPasswords.ts";
import { findPrincipalNameProblem } from "../../src/directory/users/userPrincipalName.ts";
import { countUsers, getUser } from "../../src/directory/users/users.ts";
import { openStorage } from "../../src/storage/openStorage.ts";

const nowMs = Date.UTC(2026, 10, 26);
let directory: Directory;
let homeId: string;
beforeEach(() => {
  directory = openDirectory(openStorage(undefined), { now: () => nowMs }, seededRandom("tenants"));
  homeId = seedDirectory(directory, {}).id;
});
afterEach(() => directory.database.close());

function added(result: AddedTenant | TenantProblem): AddedTenant {
  if (result.kind === "problem") {
    throw new Error(result.text);
  }
  return result;
}

const fabrikam = { displayName: "Fabrikam", domain: "Fabrikam.onmicrosoft.com" };

/** [display name, client id] of every service principal, and their object ids. */
function servicePrincipals(tenantId: string): readonly [string, string][] {
  const { items } = listServicePrincipals(directory, tenantId, { limit: 100, orderBy: "displayName" });
  return items.map(({ displayName, appId }) => [displayName, appId]);
}

function objectIds(tenantId: string): readonly string[] {
  const { items } = listServicePrincipals(directory, tenantId, { limit: 100, orderBy: "displayName" });
  return items.map(({ id }) => id);
}

test("the seeded tenant has the same object ids in every directory", () => {
  expect(objectIds(homeId)).toContain("5d2f8a10-0000-4000-8000-000000000001");
  expect(getUser(directory, "a1de0000-0000-4000-8000-000000000001")?.displayName).toBe("Ada Winters");
});

test("tenants are listed with their domains, oldest first", () => {
  const { tenant } = added(addTenant(directory, fabrikam));
  expect(listTenants(directory).map(({ id, displayName }) => [id, displayName])).toEqual([
    [homeId, "Contoso"],
    [tenant.id, "Fabrikam"],
  ]);
  expect(getTenant(directory, tenant.id)).toEqual({
    ...tenant,
    createdMs: nowMs,
    domains: [{ name: "fabrikam.onmicrosoft.com", isInitial: true, isDefault: true }],
  });
});

test("a new tenant has Microsoft's APIs and tools, with object ids of its own", () => {
  const ids = [fabrikam, { displayName: "Tailspin", domain: "tailspin.example" }].map(
    (changes) => added(addTenant(directory, changes)).tenant.id,
  );
  const all = [homeId, ...ids];
  for (const id of ids) {
    expect(servicePrincipals(id)).toEqual(servicePrincipals(homeId));
  }
  const everyId = all.flatMap(objectIds);
  expect([everyId.length, new Set(everyId).size]).toEqual([27, 27]);
});

test("a new tenant has one user, a Global Administrator with a password, and no applications", () => {
  const { tenant, administrator, password } = added(addTenant(directory, fabrikam));
  expect(administrator.userPrincipalName).toBe("admin@fabrikam.onmicrosoft.com");
  expect(listRoleMembers(directory, tenant.id, globalAdministrator.templateId)).toEqual([administrator.id]);
  expect(listRoleMembers(directory, homeId, globalAdministrator.templateId)).not.toContain(administrator.id);
  expect(verifyUserPassword(directory, administrator.id, password)).toBe(true);
  expect([countUsers(directory, tenant.id), countApplications(directory, tenant.id)]).toEqual([1, 0]);
});

test("an application in a new tenant gets permissions on that tenant's Microsoft Graph", () => {
  const { tenant } = added(addTenant(directory, fabrikam));
  const { registerApplication, grantAdminConsent } = platformDirectory(directory, tenant.id);
  const requiredResourceAccess = [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }];
  const { appId, servicePrincipalId = "" } = registerApplication({ displayName: "Sync", requiredResourceAccess });
  grantAdminConsent(appId);
  const [assignment] = listAppRoleAssignments(directory, servicePrincipalId);
  expect(getServicePrincipal(directory, assignment?.resourceId ?? "")).toMatchObject({
    tenantId: tenant.id,
    displayName: "Microsoft Graph",
  });
});

test("a renamed tenant shows the new name and keeps its domains", () => {
  expect(renameTenant(directory, homeId, "Contoso Ltd")).toBeUndefined();
  const { displayName, domains } = getTenant(directory, homeId) ?? {};
  expect([displayName, domains?.length]).toEqual(["Contoso Ltd", 2]);
});

test("users can have names in an added domain", () => {
  const before = getTenant(directory, homeId)?.domains ?? [];
  expect(addTenantDomain(directory, homeId, "Shop.Contoso.Example")).toBeUndefined();
  const tenant = getTenant(directory, homeId);
  expect(tenant?.domains).toEqual([...before, { name: "shop.contoso.example", isInitial: false, isDefault: false }]);
  expect(tenant && findPrincipalNameProblem(directory, tenant, "new@shop.contoso.example", undefined)).toBeUndefined();
  expect(findTenantByDomain(directory, "shop.contoso.example")?.id).toBe(homeId);
});

test.each([
  [{ ...fabrikam, displayName: "" }, "displayName", "Display name has 0 characters. Use 1 to 256."],
  [{ ...fabrikam, displayName: "x".repeat(257) }, "displayName", "has 257 characters"],
  [{ ...fabrikam, domain: "" }, "domain", "(empty) is not a domain name. Enter one like fabrikam.onmicrosoft.com."],
  [{ ...fabrikam, domain: "fabrikam" }, "domain", "fabrikam is not a domain name"],
  [{ ...fabrikam, domain: "v1.0" }, "domain", "v1.0 is not a domain name"],
  [{ ...fabrikam, domain: "-a.example" }, "domain", "-a.example is not a domain name"],
  [{ ...fabrikam, domain: "a b.example" }, "domain", "a b.example is not a domain name"],
  [{ ...fabrikam, domain: `${"x".repeat(41)}.example` }, "domain", "has 49 characters"],
  [{ ...fabrikam, domain: "CONTOSO.example" }, "domain", "contoso.example is already a domain of Contoso"],
] as const)("%j is refused, and nothing is added", (changes, field, text) => {
  const refusal = { kind: "problem", field, text: expect.stringContaining(text) };
  expect(addTenant(directory, changes)).toEqual(refusal);
  const changed =
    field === "domain"
      ? addTenantDomain(directory, homeId, changes.domain)
      : renameTenant(directory, homeId, changes.displayName);
  expect(changed).toEqual(refusal);
  expect(listTenants(directory)).toMatchObject([{ displayName: "Contoso", domains: [{}, {}] }]);
});
