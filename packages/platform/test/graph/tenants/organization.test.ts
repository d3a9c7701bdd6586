import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Organization.Read.All"]);
});
afterAll(() => platform.stop());

test("the organization is a list with one item, with Graph's properties in order", async () => {
  const { status, body } = await graph("/v1.0/organization");
  expect(status).toBe(200);
  expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#organization`);
  expect(body.value).toHaveLength(1);
  expect(Object.keys(body.value[0])).toEqual([
    "id",
    "deletedDateTime",
    "businessPhones",
    "city",
    "country",
    "countryLetterCode",
    "createdDateTime",
    "defaultUsageLocation",
    "displayName",
    "isMultipleDataLocationsForServicesEnabled",
    "marketingNotificationEmails",
    "onPremisesLastSyncDateTime",
    "onPremisesSyncEnabled",
    "partnerTenantType",
    "postalCode",
    "preferredLanguage",
    "securityComplianceNotificationMails",
    "securityComplianceNotificationPhones",
    "state",
    "street",
    "technicalNotificationMails",
    "tenantType",
    "directorySizeQuota",
    "assignedPlans",
    "privacyProfile",
    "provisionedPlans",
    "verifiedDomains",
  ]);
  expect(body.value[0]).toMatchObject({
    id: platform.tenant.id,
    displayName: "Contoso",
    tenantType: "AAD",
    createdDateTime: "2021-03-15T09:00:00Z",
    verifiedDomains: [
      { isDefault: true, isInitial: true, name: platform.tenant.domain, type: "Managed" },
      { isDefault: false, isInitial: false, name: "contoso.example", type: "Managed" },
    ],
  });
});

test("the organization is read by id", async () => {
  const { body } = await graph(`/v1.0/organization/${platform.tenant.id}?$select=displayName`);
  expect(body).toEqual({
    "@odata.context": `${platform.url}/v1.0/$metadata#organization(displayName)/$entity`,
    displayName: "Contoso",
  });
});

test("another organization is not found", async () => {
  expect((await graph("/v1.0/organization/11111111-2222-3333-4444-555555555555")).status).toBe(404);
});
