import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";
import { addUser } from "../../support/signIn.ts";

let platform: Platform;
let graph: Graph;
let user: User;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["RoleManagement.ReadWrite.Directory", "Directory.Read.All"]);
  user = addUser(platform);
});
afterAll(() => platform.stop());

const administrator = "62e90394-69f5-4237-9190-012177145e10";
const byTemplate = `/v1.0/directoryRoles(roleTemplateId='${administrator}')`;
const ids = (body: { value: readonly { id: string }[] }) => body.value.map(({ id }) => id);

test("roles are objects of the tenant, with a template id that is the same in every tenant", async () => {
  const { body } = await graph("/v1.0/directoryRoles");
  const role = (await graph(byTemplate)).body;
  expect(JSON.stringify(role)).toBe(
    JSON.stringify({
      "@odata.context": `${platform.url}/v1.0/$metadata#directoryRoles/$entity`,
      id: role.id,
      deletedDateTime: null,
      description: role.description,
      displayName: "Global Administrator",
      roleTemplateId: administrator,
    }),
  );
  expect(ids(body)).toContain(role.id);
  expect(role.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(role.id).not.toBe(administrator);
});

test("a role is assigned and removed, and is among the memberships of its members", async () => {
  const role = (await graph(byTemplate)).body;
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/users/${user.id}` };
  const add = () => graph(`/v1.0/directoryRoles/${role.id}/members/$ref`, { method: "POST", body: reference });
  expect((await add()).status).toBe(204);
  expect((await add()).status).toBe(400);
  expect(ids((await graph(`${byTemplate}/members`)).body)).toContain(user.id);
  const { body } = await graph(`/v1.0/users/${user.id}/memberOf`);
  expect(body.value).toMatchObject([{ "@odata.type": "#microsoft.graph.directoryRole", id: role.id }]);
  const post = { method: "POST", body: {} };
  expect((await graph(`/v1.0/users/${user.id}/getMemberObjects`, post)).body.value).toEqual([role.id]);
  expect((await graph(`/v1.0/users/${user.id}/getMemberGroups`, post)).body.value).toEqual([]);
  const remove = () => graph(`${byTemplate}/members/${user.id}/$ref`, { method: "DELETE" });
  expect((await remove()).status).toBe(204);
  expect((await remove()).status).toBe(404);
});

test("reading roles requires less than assigning them", async () => {
  const reader = await graphWith(platform, ["RoleManagement.Read.Directory"]);
  expect((await reader("/v1.0/directoryRoles")).status).toBe(200);
  expect((await reader(`${byTemplate}/members/$ref`, { method: "POST", body: {} })).status).toBe(403);
});

test("the domains of the tenant are read, all or one", async () => {
  const { body } = await graph("/v1.0/domains");
  expect(body.value).toMatchObject([
    { id: "contoso.example", isInitial: false, isDefault: false },
    { id: "contoso.onmicrosoft.com", isInitial: true, isDefault: true, authenticationType: "Managed" },
  ]);
  expect((await graph("/v1.0/domains/Contoso.example")).body.id).toBe("contoso.example");
  expect((await graph("/v1.0/domains/elsewhere.example")).status).toBe(404);
});

test("getByIds returns objects of every type and ignores unknown ids", async () => {
  const group = platform.directory.createGroup({ displayName: "Team" });
  const lookup = { ids: [user.id, group.id, "5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10"] };
  const get = (body: object) => graph("/v1.0/directoryObjects/getByIds", { method: "POST", body });
  const { status, headers, body } = await get(lookup);
  expect([status, headers.get("location"), headers.get("x-ms-resource-unit")]).toEqual([200, platform.url, "3"]);
  expect(body.value).toMatchObject([
    { "@odata.type": "#microsoft.graph.user", userPrincipalName: user.userPrincipalName },
    { "@odata.type": "#microsoft.graph.group", displayName: "Team" },
  ]);
  expect(ids((await get({ ...lookup, types: ["group", "directoryObjectPartnerReference"] })).body)).toEqual([group.id]);
  expect((await get({})).status).toBe(400);
});

test("an object is read by its id, whatever its type", async () => {
  expect((await graph(`/v1.0/directoryObjects/${user.id}`)).body).toMatchObject({
    "@odata.context": `${platform.url}/v1.0/$metadata#directoryObjects/$entity`,
    "@odata.type": "#microsoft.graph.user",
    id: user.id,
  });
});
