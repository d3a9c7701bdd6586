import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postForm, tokenForm, tokenPath } from "../../support/daemon.ts";
import { type Graph, graphAs, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Application.ReadWrite.All"]);
});
afterAll(() => platform.stop());

// biome-ignore lint/suspicious/noExplicitAny: an answer of the wire, whose shape is what the tests assert
async function add(body: Record<string, unknown>): Promise<any> {
  const response = await graph("/v1.0/applications", { method: "POST", body });
  expect(response.status, response.text).toBe(201);
  return response.body;
}

async function change(id: string, body: unknown) {
  return graph(`/v1.0/applications/${id}`, { method: "PATCH", body });
}

test("a new application has every property of the real one, in order, with its defaults", async () => {
  const { status, headers, body } = await graph("/v1.0/applications", {
    method: "POST",
    body: { displayName: "Report", keyCredentials: [] },
  });
  expect(status).toBe(201);
  expect(headers.get("location")).toBe(
    `${platform.url}/v2/${platform.tenant.id}/directoryObjects/${body.id}/Microsoft.DirectoryServices.Application`,
  );
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      "@odata.context": `${platform.url}/v1.0/$metadata#applications/$entity`,
      id: body.id,
      deletedDateTime: null,
      appId: body.appId,
      applicationTemplateId: null,
      disabledByMicrosoftStatus: null,
      createdDateTime: body.createdDateTime,
      displayName: "Report",
      description: null,
      groupMembershipClaims: null,
      identifierUris: [],
      isDeviceOnlyAuthSupported: null,
      isFallbackPublicClient: null,
      nativeAuthenticationApisEnabled: null,
      notes: null,
      publisherDomain: "contoso.onmicrosoft.com",
      serviceManagementReference: null,
      signInAudience: "AzureADMyOrg",
      tags: [],
      tokenEncryptionKeyId: null,
      uniqueName: null,
      samlMetadataUrl: null,
      defaultRedirectUri: null,
      certification: null,
      optionalClaims: null,
      servicePrincipalLockConfiguration: null,
      requestSignatureVerification: null,
      addIns: [],
      api: {
        acceptMappedClaims: null,
        knownClientApplications: [],
        requestedAccessTokenVersion: null,
        oauth2PermissionScopes: [],
        preAuthorizedApplications: [],
      },
      appRoles: [],
      info: {
        logoUrl: null,
        marketingUrl: null,
        privacyStatementUrl: null,
        supportUrl: null,
        termsOfServiceUrl: null,
      },
      keyCredentials: [],
      parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
      passwordCredentials: [],
      publicClient: { redirectUris: [] },
      requiredResourceAccess: [],
      verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
      web: {
        homePageUrl: null,
        logoutUrl: null,
        redirectUris: [],
        implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
        redirectUriSettings: [],
      },
      spa: { redirectUris: [] },
    }),
  );
});

test("the creation time has fractional seconds in the 201 and whole seconds afterwards", async () => {
  const { id, createdDateTime } = await add({ displayName: "Times" });
  expect(createdDateTime).toMatch(/T\d\d:\d\d:\d\d(\.\d{7})?Z$/);
  const { body } = await graph(`/v1.0/applications/${id}`);
  expect(body.createdDateTime).toBe(createdDateTime.replace(/\.\d+/, ""));
});

test("an application is found by object id or by client id, but not when the two are confused", async () => {
  const { id, appId } = await add({ displayName: "Keys" });
  expect((await graph(`/v1.0/applications/${id}`)).body.appId).toBe(appId);
  expect((await graph(`/v1.0/applications(appId='${appId}')`)).body.id).toBe(id);
  expect((await graph(`/v1.0/applications(APPID='${appId.toUpperCase()}')`)).body.id).toBe(id);
  expect((await graph(`/v1.0/applications/${appId}`)).status).toBe(404);
  expect(platform.events.at(-1)?.why).toContain(`it is a client id: use /applications(appId='${appId}')`);
});

test("an id that is not a GUID is 400", async () => {
  const { status, body } = await graph("/v1.0/applications/report");
  expect([status, body.error.code]).toEqual([400, "Request_BadRequest"]);
  expect(body.error.message).toBe("Invalid object identifier 'report'.");
});

test("displayName is required", async () => {
  const { status, body } = await graph("/v1.0/applications", { method: "POST", body: {} });
  expect(status).toBe(400);
  expect(body.error.message).toBe("A value is required for property 'displayName' of resource 'Application'.");
});

test.each([
  [{ signInAudience: "Everybody" }, "Invalid value specified for property 'signInAudience' of resource 'Application'."],
  [
    { web: { redirectUris: ["http://app.example/cb"] } },
    "Invalid value specified for property 'web' of resource 'Application'.",
  ],
  [
    { web: { redirectUris: ["javascript:alert(1)"] } },
    "Invalid value specified for property 'web' of resource 'Application'.",
  ],
  [
    { groupMembershipClaims: "SecurityGroups" },
    "Invalid value specified for property 'groupMembershipClaims' of resource 'Application'.",
  ],
  [{ web: { surprise: 1 } }, "Invalid value specified for property 'web' of resource 'Application'."],
  [
    { api: { requestedAccessTokenVersion: 3 } },
    "Invalid value specified for property 'api' of resource 'Application'.",
  ],
  [{ appRoles: [{ id: "x" }] }, "Invalid value specified for property 'appRoles' of resource 'Application'."],
  [
    { requiredResourceAccess: [{ resourceAppId: "x", resourceAccess: [] }] },
    "Invalid value specified for property 'requiredResourceAccess' of resource 'Application'.",
  ],
  [{ appId: "5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10" }, "Property 'appId' is read-only and cannot be set."],
  [{ surprise: true }, "Invalid property 'surprise'."],
  [
    { passwordCredentials: [{ displayName: "x" }] },
    "New password credentials must be generated using service actions.",
  ],
])("%j is refused", async (properties, message) => {
  const { status, body } = await graph("/v1.0/applications", {
    method: "POST",
    body: { displayName: "x", ...properties },
  });
  expect([status, body.error?.message]).toEqual([400, message]);
});

test("applications for personal accounts require version 2 tokens", async () => {
  const signInAudience = "AzureADandPersonalMicrosoftAccount";
  const { api } = await add({ displayName: "Personal", signInAudience });
  expect(api.requestedAccessTokenVersion).toBe(2);
  const refused = await graph("/v1.0/applications", {
    method: "POST",
    body: { displayName: "x", signInAudience, api: { requestedAccessTokenVersion: 1 } },
  });
  expect(refused.body.error.message).toBe("Property api.requestedAccessTokenVersion is invalid.");
});

test("a change merges complex properties and returns 204", async () => {
  const { id } = await add({ displayName: "Merge", web: { homePageUrl: "https://app.example" } });
  const { status, text } = await change(id, {
    description: "d",
    web: { redirectUris: ["https://app.example/cb"], implicitGrantSettings: { enableIdTokenIssuance: true } },
    tags: ["t"],
  });
  expect([status, text]).toEqual([204, ""]);
  const { body } = await graph(`/v1.0/applications/${id}`);
  expect(body).toMatchObject({
    description: "d",
    tags: ["t"],
    web: {
      homePageUrl: "https://app.example",
      redirectUris: ["https://app.example/cb"],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
      redirectUriSettings: [{ uri: "https://app.example/cb", index: null }],
    },
  });
});

test("a client can send back what it reads", async () => {
  const { id } = await add({ displayName: "Round trip", web: { redirectUris: ["https://app.example/cb"] } });
  const { web, api, info, spa, publicClient, requiredResourceAccess } = (await graph(`/v1.0/applications/${id}`)).body;
  expect((await change(id, { web, api, info, spa, publicClient, requiredResourceAccess })).status).toBe(204);
});

test("consent grants the API permissions that were declared through Graph", async () => {
  const { id, appId } = await add({ displayName: "Declared" });
  await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } });
  const requiredResourceAccess = [
    {
      resourceAppId: "00000003-0000-0000-c000-000000000000",
      resourceAccess: [{ id: "df021288-bdef-4463-88db-98f22de89214", type: "Role" }],
    },
  ];
  expect((await change(id, { requiredResourceAccess })).status).toBe(204);
  expect((await graph(`/v1.0/applications/${id}`)).body.requiredResourceAccess).toEqual(requiredResourceAccess);
  platform.directory.grantAdminConsent(appId);
  const { secretText } = (await graph(`/v1.0/applications/${id}/addPassword`, { method: "POST", body: {} })).body;
  const form = tokenForm({ appId, secret: secretText, secretId: "", servicePrincipalId: "" });
  const token = (await postForm(platform, tokenPath(platform), form)).body.access_token;
  expect((await graphAs(platform, `Bearer ${token}`)("/v1.0/users")).status).toBe(200);
});

const role = {
  allowedMemberTypes: ["Application"],
  description: "Read reports",
  displayName: "Read reports",
  id: "c0ffee00-0000-4000-8000-000000000001",
  isEnabled: true,
  value: "Report.Read.All",
};

test("an app role has its members in Graph's order", async () => {
  const { appRoles } = await add({ displayName: "Roles", appRoles: [{ ...role, id: role.id.toUpperCase() }] });
  expect(JSON.stringify(appRoles)).toBe(
    JSON.stringify([
      {
        allowedMemberTypes: ["Application"],
        description: "Read reports",
        displayName: "Read reports",
        id: role.id,
        isEnabled: true,
        origin: "Application",
        value: "Report.Read.All",
      },
    ]),
  );
});

test("an enabled app role cannot be removed until it is disabled", async () => {
  const { id } = await add({ displayName: "Removing", appRoles: [role] });
  const refused = await change(id, { appRoles: [] });
  expect([refused.status, refused.body.error.code]).toEqual([400, "CannotDeleteOrUpdateEnabledEntitlement"]);
  expect((await change(id, { appRoles: [{ ...role, isEnabled: false }] })).status).toBe(204);
  expect((await change(id, { appRoles: [] })).status).toBe(204);
});

test("groupMembershipClaims accepts several values separated by commas, and null", async () => {
  const { id } = await add({ displayName: "Groups", groupMembershipClaims: "SecurityGroup, ApplicationGroup" });
  expect((await graph(`/v1.0/applications/${id}`)).body.groupMembershipClaims).toBe("SecurityGroup, ApplicationGroup");
  expect((await change(id, { groupMembershipClaims: null })).status).toBe(204);
});

test("app roles with the same value are refused", async () => {
  const twin = { ...role, id: "c0ffee00-0000-4000-8000-000000000002" };
  const body = { displayName: "x", appRoles: [role, twin] };
  const { status, body: response } = await graph("/v1.0/applications", { method: "POST", body });
  expect([status, response.error.message]).toEqual([400, "Request contains a property with duplicate values."]);
});

test.each([
  ["api://{appId}", 204],
  ["api://{tenantId}/reports", 204],
  ["https://contoso.onmicrosoft.com/reports", 204],
  ["https://api.contoso.example", 204],
  ["api://contoso.example/reports", 204],
  ["api://reports", 400],
  ["https://fabrikam.example", 400],
  ["https://contoso.example.evil.example", 400],
  ["urn:reports", 400],
])("a registration with the identifier URI %s is answered with %i", async (template, expected) => {
  const { id, appId } = await add({ displayName: "Named" });
  const uri = template.replace("{appId}", appId).replace("{tenantId}", platform.tenant.id);
  const { status, body } = await change(id, { identifierUris: [uri] });
  expect(status).toBe(expected);
  if (status === 400) {
    expect(body.error).toMatchObject({
      code: "Request_BadRequest",
      message: `Values of identifierUris property must use a verified domain of the organization or its subdomain: '${uri}'`,
      details: [{ code: "HostNameNotOnVerifiedDomain", target: "identifierUris" }],
    });
  }
});

test("an identifier URI belongs to one application", async () => {
  const uri = "https://contoso.example/only-one";
  const owner = await add({ displayName: "Owner", identifierUris: [uri] });
  const { status, body } = await graph("/v1.0/applications", {
    method: "POST",
    body: { displayName: "Second", identifierUris: [uri.toUpperCase().replace("HTTPS", "https")] },
  });
  expect([status, body.error.message]).toEqual([
    400,
    "Another object with the same value for property identifierUris already exists.",
  ]);
  expect((await change(owner.id, { identifierUris: [uri] })).status).toBe(204);
});

test("a deleted application is not found, nor is its service principal", async () => {
  const { id, appId } = await add({ displayName: "Going" });
  await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } });
  expect((await graph(`/v1.0/applications(appId='${appId}')`, { method: "DELETE" })).status).toBe(204);
  expect((await graph(`/v1.0/applications/${id}`)).status).toBe(404);
  expect((await graph(`/v1.0/servicePrincipals(appId='${appId}')`)).status).toBe(404);
});

test("with Application.ReadWrite.OwnedBy an application can change what it created and nothing else", async () => {
  const owner = await graphWith(platform, ["Application.ReadWrite.OwnedBy"]);
  const foreign = await add({ displayName: "Foreign" });
  const own = (await owner("/v1.0/applications", { method: "POST", body: { displayName: "Own" } })).body;
  const rename = { method: "PATCH", body: { displayName: "Renamed" } };
  expect((await owner(`/v1.0/applications/${own.id}`, rename)).status).toBe(204);
  expect((await owner(`/v1.0/applications/${own.id}/addPassword`, { method: "POST" })).status).toBe(200);
  const refused = await owner(`/v1.0/applications/${foreign.id}`, rename);
  expect([refused.status, refused.body.error.code]).toEqual([403, "Authorization_RequestDenied"]);
  expect(platform.events.at(-1)?.why).toMatch(/^403: Application\.ReadWrite\.OwnedBy covers owned objects only, and /);
  expect((await owner(`/v1.0/applications/${foreign.id}`)).status).toBe(200);
  expect((await owner(`/v1.0/applications/${own.id}`, { method: "DELETE" })).status).toBe(204);
});
