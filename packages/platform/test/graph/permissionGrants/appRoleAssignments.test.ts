import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../../support/daemon.ts";
import { type Graph, graphAs, graphWith, query } from "../../support/graph.ts";

const userReadAll = "df021288-bdef-4463-88db-98f22de89214";
let platform: Platform;
let graph: Graph;
let graphId: string;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["AppRoleAssignment.ReadWrite.All", "Application.Read.All"]);
  graphId = (await graph("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")).body.id;
});
afterAll(() => platform.stop());

function assign(principalId: string, body: Record<string, unknown> = {}) {
  return graph(`/v1.0/servicePrincipals/${principalId}/appRoleAssignments`, {
    method: "POST",
    body: { principalId, resourceId: graphId, appRoleId: userReadAll, ...body },
  });
}

test("an assignment is returned with 201 in Graph's format, and later tokens contain the role", async () => {
  const daemon = registerDaemon(platform);
  const { status, body } = await assign(daemon.servicePrincipalId);
  expect(status).toBe(201);
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      "@odata.context": `${platform.url}/v1.0/$metadata#servicePrincipals('${daemon.servicePrincipalId}')/appRoleAssignments/$entity`,
      id: body.id,
      deletedDateTime: null,
      appRoleId: userReadAll,
      createdDateTime: body.createdDateTime,
      principalDisplayName: "Daemon",
      principalId: daemon.servicePrincipalId,
      principalType: "ServicePrincipal",
      resourceDisplayName: "Microsoft Graph",
      resourceId: graphId,
    }),
  );
  expect(Buffer.from(body.id, "base64url")).toHaveLength(32);
  const token = (await postForm(platform, tokenPath(platform), tokenForm(daemon))).body.access_token;
  expect((await graphAs(platform, `Bearer ${token}`)("/v1.0/users?$top=1")).status).toBe(200);
});

test("an assignment is listed on both sides and can be deleted on either", async () => {
  const daemon = registerDaemon(platform);
  const { id } = (await assign(daemon.servicePrincipalId)).body;
  const given = await graph(`/v1.0/servicePrincipals/${daemon.servicePrincipalId}/appRoleAssignments`);
  expect(given.body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#appRoleAssignments`);
  expect(given.body.value.map((item: { id: string }) => item.id)).toEqual([id]);
  const path = `/v1.0/servicePrincipals/${graphId}/appRoleAssignedTo`;
  const taken = await graph(`${path}${query({ filter: `principalId eq ${daemon.servicePrincipalId}` })}`);
  expect(taken.body.value).toEqual(given.body.value);
  expect((await graph(`${path}/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await graph(`${path}/${id}`)).status).toBe(404);
});

test("an assignment can also be created on the resource's side", async () => {
  const daemon = registerDaemon(platform);
  const { status, body } = await graph(`/v1.0/servicePrincipals/${graphId}/appRoleAssignedTo`, {
    method: "POST",
    body: { principalId: daemon.servicePrincipalId, resourceId: graphId, appRoleId: userReadAll },
  });
  expect([status, body.principalId]).toEqual([201, daemon.servicePrincipalId]);
});

test("after the assignment is removed, the next token has no role", async () => {
  const daemon = registerDaemon(platform);
  const { id } = (await assign(daemon.servicePrincipalId)).body;
  await graph(`/v1.0/servicePrincipals/${daemon.servicePrincipalId}/appRoleAssignments/${id}`, { method: "DELETE" });
  const token = (await postForm(platform, tokenPath(platform), tokenForm(daemon))).body.access_token;
  expect((await graphAs(platform, `Bearer ${token}`)("/v1.0/users")).status).toBe(403);
});

test("the zero id assigns default access", async () => {
  const daemon = registerDaemon(platform);
  const { status } = await assign(daemon.servicePrincipalId, { appRoleId: "00000000-0000-0000-0000-000000000000" });
  expect(status).toBe(201);
});

test("assigning twice is 400 with the text that clients match", async () => {
  const daemon = registerDaemon(platform);
  await assign(daemon.servicePrincipalId);
  const { status, body } = await assign(daemon.servicePrincipalId);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({
    code: "Request_BadRequest",
    message: "Permission being assigned already exists on the object",
  });
});

const unknownId = "5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10";
test.each([
  ["an unknown role", { appRoleId: unknownId }],
  ["an unknown resource", { resourceId: unknownId }],
  ["a principal that is not the path's", { principalId: unknownId }],
])("%s is not a valid reference", async (_, body) => {
  const response = await assign(registerDaemon(platform).servicePrincipalId, body);
  expect([response.status, response.body.error.message]).toEqual([400, "Not a valid reference update."]);
});

test.each([
  [{ appRoleId: null }, "A value is required for property 'appRoleId' of resource 'AppRoleAssignment'."],
  [{ appRoleId: "User.Read.All" }, "Invalid value specified for property 'appRoleId' of resource 'AppRoleAssignment'."],
])("%j is refused", async (body, message) => {
  const response = await assign(registerDaemon(platform).servicePrincipalId, body);
  expect([response.status, response.body.error.message]).toEqual([400, message]);
});

test("a user can be assigned a role for users on an API of the tenant", async () => {
  const api = platform.directory.registerApplication({
    displayName: "API",
    appRoles: [{ value: "Reader", allowedMemberTypes: ["User"] }, { value: "Robot" }],
  });
  const path = `/v1.0/servicePrincipals/${api.servicePrincipalId}`;
  const [reader, robot] = (await graph(path)).body.appRoles;
  const principalId = "a1de0000-0000-4000-8000-000000000002";
  const post = (appRoleId: string) =>
    graph(`${path}/appRoleAssignedTo`, {
      method: "POST",
      body: { principalId, resourceId: api.servicePrincipalId, appRoleId },
    });
  expect((await post(reader.id)).body).toMatchObject({ principalType: "User", principalDisplayName: "Adele Moreau" });
  expect((await post(robot.id)).status).toBe(400);
});

test("a security-enabled group can be assigned a role for users", async () => {
  const { servicePrincipalId: resourceId } = platform.directory.registerApplication({
    displayName: "API",
    appRoles: [{ value: "Reader", allowedMemberTypes: ["User"] }, { value: "Robot" }],
  });
  const path = `/v1.0/servicePrincipals/${resourceId}`;
  const [reader, robot] = (await graph(path)).body.appRoles;
  const post = (principalId: string, appRoleId: string) =>
    graph(`${path}/appRoleAssignedTo`, { method: "POST", body: { principalId, resourceId, appRoleId } });
  const { id } = platform.directory.createGroup({ displayName: "Sales" });
  const list = platform.directory.createGroup({ displayName: "List", mailEnabled: true, securityEnabled: false });
  expect((await post(id, reader.id)).body).toMatchObject({
    principalDisplayName: "Sales",
    principalId: id,
    principalType: "Group",
  });
  expect((await graph(`${path}/appRoleAssignedTo`)).body.value).toMatchObject([{ principalType: "Group" }]);
  expect((await post(id, robot.id)).body.error.message).toBe("Not a valid reference update.");
  expect((await post(list.id, reader.id)).body.error.message).toBe("Not a valid reference update.");
  expect(platform.events.at(-1)?.why).toContain("the group List has securityEnabled false");
  platform.directory.deleteGroup(id);
  expect((await graph(`${path}/appRoleAssignedTo`)).body.value).toEqual([]);
});

test("an assignment cannot be changed", async () => {
  const path = `/v1.0/servicePrincipals/${graphId}/appRoleAssignedTo/abc`;
  expect((await graph(path, { method: "PATCH", body: {} })).status).toBe(405);
});

test.each(["users", "groups"])("%s are assigned roles under their own paths", async (set) => {
  const { directory } = platform;
  const appRoles = [{ value: "Orders.Approve", allowedMemberTypes: ["User" as const] }];
  const { servicePrincipalId: resourceId } = directory.registerApplication({ displayName: "Orders", appRoles });
  const principal =
    set === "users"
      ? directory.createUser({ userPrincipalName: `clerk@${platform.tenant.domain}`, displayName: "Clerk" })
      : directory.createGroup({ displayName: "Clerks" });
  const [role] = (await graph(`/v1.0/servicePrincipals/${resourceId}?$select=appRoles`)).body.appRoles;
  const path = `/v1.0/${set}/${principal.id}/appRoleAssignments`;
  const assignment = { principalId: principal.id, resourceId, appRoleId: role.id };
  const { status, body } = await graph(path, { method: "POST", body: assignment });
  expect([status, body]).toEqual([
    201,
    expect.objectContaining({ ...assignment, principalDisplayName: principal.displayName }),
  ]);
  expect(body["@odata.context"]).toContain(`$metadata#${set}('${principal.id}')/appRoleAssignments/$entity`);
  expect((await graph(path)).body.value).toMatchObject([{ id: body.id }]);
  expect((await graph(path, { method: "POST", body: { ...assignment, principalId: graphId } })).status).toBe(400);
  expect((await graph(`${path}/${body.id}`, { method: "DELETE" })).status).toBe(204);
  expect((await graph(path)).body.value).toEqual([]);
});
