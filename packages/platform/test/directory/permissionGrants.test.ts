import { afterEach, beforeEach, expect, test } from "vitest";
import { guidBytes } from "../../src/core/guid.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Application } from "../../src/directory/applications/applicationProperties.ts";
import { getApplication } from "../../src/directory/applications/applications.ts";
import { registerApplication } from "../../src/directory/applications/registration.ts";
import { type Directory, openDirectory } from "../../src/directory/directory.ts";
import { declaredPermissions, grantAdminConsent } from "../../src/directory/permissionGrants/consent.ts";
import {
  grantScopes,
  listAppRoleAssignments,
  listPermissionGrants,
} from "../../src/directory/permissionGrants/permissionGrants.ts";
import { seedDirectory } from "../../src/directory/provisioning/seedDirectory.ts";
import {
  findServicePrincipalByName,
  type ServicePrincipal,
} from "../../src/directory/servicePrincipals/servicePrincipals.ts";
import { openStorage } from "../../src/storage/openStorage.ts";

let directory: Directory;
let tenantId: string;
let application: Application;
let graph: ServicePrincipal;
beforeEach(() => {
  directory = openDirectory(openStorage(undefined), { now: () => 0 }, seededRandom("grants"));
  tenantId = seedDirectory(directory, {}).id;
  const { id } = registerApplication(directory, tenantId, {
    displayName: "Web app",
    requiredResourceAccess: [
      { name: "Microsoft Graph", permissions: ["User.Read.All"], delegatedPermissions: ["User.Read", "Mail.Read"] },
      { name: "https://vault.azure.net", delegatedPermissions: ["user_impersonation"] },
    ],
  });
  const [found, resource] = [
    getApplication(directory, id),
    findServicePrincipalByName(directory, tenantId, "https://graph.microsoft.com"),
  ];
  if (found === undefined || resource === undefined) {
    throw new Error("the seed is incomplete");
  }
  application = found;
  graph = resource;
});
afterEach(() => directory.database.close());

function consent(): ServicePrincipal {
  return grantAdminConsent(directory, tenantId, application, declaredPermissions(directory, tenantId, application));
}

test("consent creates one grant for all users per API, and one assignment per application permission", () => {
  const client = consent();
  expect(listPermissionGrants(directory, client.id)).toMatchObject([
    { consentType: "AllPrincipals", principalId: undefined, resourceId: graph.id, scope: "User.Read Mail.Read" },
    { consentType: "AllPrincipals", principalId: undefined, scope: "user_impersonation" },
  ]);
  expect(listAppRoleAssignments(directory, client.id)).toMatchObject([
    { principalType: "ServicePrincipal", resourceId: graph.id, appRoleId: "df021288-bdef-4463-88db-98f22de89214" },
  ]);
});

test("consenting again adds nothing", () => {
  const client = consent();
  const [grants, assignments] = [
    listPermissionGrants(directory, client.id),
    listAppRoleAssignments(directory, client.id),
  ];
  consent();
  expect(listPermissionGrants(directory, client.id)).toEqual(grants);
  expect(listAppRoleAssignments(directory, client.id)).toEqual(assignments);
});

test("new scopes are added to those granted before", () => {
  const client = consent();
  grantScopes(directory, { clientId: client.id, resourceId: graph.id, principalId: undefined }, [
    "Mail.Send",
    "Mail.Read",
  ]);
  expect(listPermissionGrants(directory, client.id)[0]?.scope).toBe("User.Read Mail.Read Mail.Send");
});

test("grant ids consist of little-endian GUIDs in base64url, as in the real service", () => {
  const client = consent();
  const [grant] = listPermissionGrants(directory, client.id);
  const [assignment] = listAppRoleAssignments(directory, client.id);
  expect(grant?.id).toBe(Buffer.concat([guidBytes(client.id), guidBytes(graph.id)]).toString("base64url"));
  expect(grant?.id).toHaveLength(43);
  expect(Buffer.from(assignment?.id ?? "", "base64url").subarray(0, 16)).toEqual(guidBytes(client.id));
  expect(guidBytes("00112233-4455-6677-8899-aabbccddeeff").toString("hex")).toBe("33221100554477668899aabbccddeeff");
});
