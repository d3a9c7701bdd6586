import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";
import { openPortal, press } from "../../support/portal.ts";

let platform: Platform;
let graph: Graph;
let fabrikamId: string;
const functions = "/v1.0/tenantRelationships/findTenantInformationBy";
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["CrossTenantInformation.ReadBasic.All"]);
  const browser = await openPortal(platform);
  const tenant = { displayName: "Fabrikam", domain: "fabrikam.onmicrosoft.com" };
  fabrikamId = (await press(browser, "/portal/tenants", "create", tenant)).location?.split("/").at(-1) ?? "";
});
afterAll(() => platform.stop());

test("another tenant is found by its id and by each of its domains", async () => {
  const fabrikam = {
    "@odata.context": `${platform.url}/v1.0/$metadata#microsoft.graph.tenantInformation`,
    tenantId: fabrikamId,
    federationBrandName: null,
    displayName: "Fabrikam",
    defaultDomainName: "fabrikam.onmicrosoft.com",
  };
  expect((await graph(`${functions}TenantId(tenantId='${fabrikamId.toUpperCase()}')`)).body).toEqual(fabrikam);
  expect((await graph(`${functions}DomainName(domainName='Fabrikam.onmicrosoft.com')`)).body).toEqual(fabrikam);
  expect((await graph(`${functions}DomainName(domainName='contoso.example')`)).body.displayName).toBe("Contoso");
});

test.each([
  "TenantId(tenantId='11111111-2222-4333-8444-555555555555')",
  "DomainName(domainName='nowhere.example')",
  "DomainName(tenantId='contoso.example')",
])("find...By%s finds nothing", async (call) => {
  const { status, body } = await graph(`${functions}${call}`);
  expect([status, body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
});

test("reading another tenant requires its own permission", async () => {
  const reader = await graphWith(platform, ["Directory.Read.All"]);
  expect((await reader(`${functions}TenantId(tenantId='${fabrikamId}')`)).status).toBe(403);
});
