import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Application.ReadWrite.All"]);
});
afterAll(() => platform.stop());

async function application(): Promise<{ id: string; appId: string }> {
  return (await graph("/v1.0/applications", { method: "POST", body: { displayName: "Backed" } })).body;
}

test("a new service principal has every property of the real one, in order", async () => {
  const { appId } = await application();
  const { status, headers, body } = await graph("/v1.0/servicePrincipals", {
    method: "POST",
    body: { appId, accountEnabled: true },
  });
  expect(status).toBe(201);
  expect(headers.get("location")).toBe(
    `${platform.url}/v2/${platform.tenant.id}/directoryObjects/${body.id}/Microsoft.DirectoryServices.ServicePrincipal`,
  );
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      "@odata.context": `${platform.url}/v1.0/$metadata#servicePrincipals/$entity`,
      id: body.id,
      deletedDateTime: null,
      accountEnabled: true,
      alternativeNames: [],
      appDisplayName: "Backed",
      appDescription: null,
      appId,
      applicationTemplateId: null,
      appOwnerOrganizationId: platform.tenant.id,
      appRoleAssignmentRequired: false,
      createdDateTime: body.createdDateTime,
      description: null,
      disabledByMicrosoftStatus: null,
      displayName: "Backed",
      homepage: null,
      loginUrl: null,
      logoutUrl: null,
      notes: null,
      notificationEmailAddresses: [],
      preferredSingleSignOnMode: null,
      preferredTokenSigningKeyThumbprint: null,
      replyUrls: [],
      servicePrincipalNames: [appId],
      servicePrincipalType: "Application",
      signInAudience: "AzureADMyOrg",
      tags: [],
      tokenEncryptionKeyId: null,
      samlSingleSignOnSettings: null,
      addIns: [],
      appRoles: [],
      info: {
        logoUrl: null,
        marketingUrl: null,
        privacyStatementUrl: null,
        supportUrl: null,
        termsOfServiceUrl: null,
      },
      keyCredentials: [],
      oauth2PermissionScopes: [],
      passwordCredentials: [],
      resourceSpecificApplicationPermissions: [],
      verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    }),
  );
});

test("a second one for the same application is 409", async () => {
  const { appId } = await application();
  await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } });
  const { status, body } = await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } });
  expect(status).toBe(409);
  expect(body.error).toMatchObject({
    code: "Request_MultipleObjectsWithSameKeyValue",
    message: `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
  });
});

test("an unknown client id has no backing application", async () => {
  const appId = "5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10";
  const { status, body } = await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } });
  expect(status).toBe(400);
  expect(body.error).toMatchObject({
    code: "Request_BadRequest",
    message: `The appId '${appId}' of the service principal does not reference a valid application object.`,
    details: [{ code: "NoBackingApplicationObject", target: "appId" }],
  });
});

test("with Application.ReadWrite.OwnedBy, the application must be the caller's own", async () => {
  const owner = await graphWith(platform, ["Application.ReadWrite.OwnedBy"]);
  const { appId } = await application();
  const refused = await owner("/v1.0/servicePrincipals", { method: "POST", body: { appId } });
  expect(refused.status).toBe(403);
  expect(refused.body.error.message).toBe(
    "When using this permission, the backing application of the service principal being created must in the local tenant",
  );
  const own = (await owner("/v1.0/applications", { method: "POST", body: { displayName: "Own" } })).body;
  expect((await owner("/v1.0/servicePrincipals", { method: "POST", body: { appId: own.appId } })).status).toBe(201);
});

test("Microsoft Graph exists, with its names and app roles", async () => {
  const { body } = await graph("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')");
  expect(body).toMatchObject({
    displayName: "Microsoft Graph",
    appDisplayName: "Microsoft Graph",
    appOwnerOrganizationId: "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    createdDateTime: null,
    signInAudience: "AzureADMultipleOrgs",
  });
  expect(body.servicePrincipalNames).toContain("https://graph.microsoft.com");
  const role = body.appRoles.find(({ value }: { value: string }) => value === "User.Read.All");
  expect(Object.keys(role)).toEqual([
    "allowedMemberTypes",
    "description",
    "displayName",
    "id",
    "isEnabled",
    "origin",
    "value",
  ]);
});

test("a service principal can be changed and deleted", async () => {
  const { appId } = await application();
  const { id } = (await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } })).body;
  const body = { accountEnabled: false, appRoleAssignmentRequired: true, tags: ["x"] };
  expect((await graph(`/v1.0/servicePrincipals/${id}`, { method: "PATCH", body })).status).toBe(204);
  expect((await graph(`/v1.0/servicePrincipals(appId='${appId}')`)).body).toMatchObject(body);
  expect((await graph(`/v1.0/servicePrincipals/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await graph(`/v1.0/servicePrincipals/${id}`)).status).toBe(404);
});

test.each([
  [{ appId: "5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10" }, "Property 'appId' is read-only and cannot be set."],
  [{ accountEnabled: "yes" }, "Invalid value specified for property 'accountEnabled' of resource 'ServicePrincipal'."],
  [{ surprise: 1 }, "Invalid property 'surprise'."],
])("the change %j is refused", async (change, message) => {
  const { appId } = await application();
  const { id } = (await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } })).body;
  const { status, body } = await graph(`/v1.0/servicePrincipals/${id}`, { method: "PATCH", body: change });
  expect([status, body.error.message]).toEqual([400, message]);
});
