import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { advanced, type Graph, graphWith, query } from "../../support/graph.ts";
import { addUser } from "../../support/signIn.ts";

let platform: Platform;
let graph: Graph;
let users: readonly User[];
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Directory.ReadWrite.All", "Group.ReadWrite.All"]);
  users = [addUser(platform), addUser(platform), addUser(platform)];
});
afterAll(() => platform.stop());

const security = { displayName: "Sales", mailEnabled: false, mailNickname: "sales", securityEnabled: true };
const objectUrl = (id: string) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`;

async function addGroup(changes: object = {}) {
  const response = await graph("/v1.0/groups", { method: "POST", body: { ...security, ...changes } });
  expect(response.status, response.text).toBe(201);
  return response.body;
}
const addMember = (groupId: string, id: string, as: Graph = graph) =>
  as(`/v1.0/groups/${groupId}/members/$ref`, { method: "POST", body: { "@odata.id": objectUrl(id) } });
const memberIds = async (path: string) => (await graph(path)).body.value.map(({ id }: { id: string }) => id).sort();

test("a new group is returned as later reads return it", async () => {
  const response = await graph("/v1.0/groups", { method: "POST", body: { ...security, description: "Who sells" } });
  expect(response.status).toBe(201);
  expect(response.headers.get("location")).toBe(
    `${platform.url}/v2/${platform.tenant.id}/directoryObjects/${response.body.id}/Microsoft.DirectoryServices.Group`,
  );
  expect(response.body).toMatchObject({ ...security, description: "Who sells", groupTypes: [], visibility: null });
  expect((await graph(`/v1.0/groups/${response.body.id}`)).text).toBe(response.text);
});

test("a Microsoft 365 group gets an address in the tenant, and its nickname is unique", async () => {
  const unified = { mailEnabled: true, securityEnabled: false, groupTypes: ["Unified"], mailNickname: "fans" };
  expect(await addGroup({ ...unified, visibility: "Private" })).toMatchObject({
    mail: "fans@contoso.onmicrosoft.com",
    visibility: "Private",
  });
  const { status, body } = await graph("/v1.0/groups", {
    method: "POST",
    body: { ...security, ...unified, mailNickname: "Fans" },
  });
  expect([status, body.error.message]).toEqual([
    400,
    "Another object with the same value for property mailNickname already exists.",
  ]);
});

test.each([
  [{ securityEnabled: undefined }, "A value is required for property 'securityEnabled' of resource 'Group'."],
  [{ mailNickname: "two words" }, "Invalid value specified for property 'mailNickname' of resource 'Group'."],
  [{ mail: "a@b.example" }, "Property 'mail' is read-only and cannot be set."],
  [{ colour: "red" }, "Invalid property 'colour'."],
  [{ mailEnabled: true }, expect.stringContaining("does not currently support writes of mail-enabled groups")],
  [{ securityEnabled: false }, expect.stringContaining("does not currently support writes of mail-enabled groups")],
])("a new group with %j is refused", async (changes, message) => {
  const { status, body } = await graph("/v1.0/groups", { method: "POST", body: { ...security, ...changes } });
  expect([status, body.error.message]).toEqual([400, message]);
});

test("a new group can include members and owners", async () => {
  const [first, second] = users.map(({ id }) => objectUrl(id));
  const { id } = await addGroup({ "members@odata.bind": [first, second], "owners@odata.bind": [first] });
  expect(await memberIds(`/v1.0/groups/${id}/members`)).toEqual([users[0]?.id, users[1]?.id].sort());
  expect(await memberIds(`/v1.0/groups/${id}/owners`)).toEqual([users[0]?.id]);
});

test("a group is renamed and gets members in one request", async () => {
  const { id } = await addGroup();
  const bind = users.map((user) => objectUrl(user.id));
  const body = { displayName: "Renamed", "members@odata.bind": bind };
  const response = await graph(`/v1.0/groups/${id}`, { method: "PATCH", body });
  expect([response.status, response.text]).toEqual([204, ""]);
  expect((await graph(`/v1.0/groups/${id}`)).body).toMatchObject({ displayName: "Renamed", mailNickname: "sales" });
  expect(await memberIds(`/v1.0/groups/${id}/members`)).toHaveLength(3);
  const tooMany = { "members@odata.bind": Array(21).fill(bind[0]) };
  expect((await graph(`/v1.0/groups/${id}`, { method: "PATCH", body: tooMany })).status).toBe(400);
});

test("a deleted security group is gone at once", async () => {
  const { id } = await addGroup();
  expect((await graph(`/v1.0/groups/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await graph(`/v1.0/groups/${id}`)).status).toBe(404);
  expect((await graph(`/v1.0/groups/${id}`, { method: "DELETE" })).status).toBe(404);
});

test("Group.Create allows creating groups but not changing them", async () => {
  const creator = await graphWith(platform, ["Group.Create"]);
  const { status, body } = await creator("/v1.0/groups", { method: "POST", body: security });
  expect(status).toBe(201);
  expect((await creator(`/v1.0/groups/${body.id}`, { method: "DELETE" })).status).toBe(403);
});

describe("members", () => {
  test("are added once and removed once", async () => {
    const { id } = await addGroup();
    const [user] = users as [User];
    const added = await addMember(id, user.id);
    expect([added.status, added.text]).toEqual([204, ""]);
    const again = await addMember(id, user.id);
    expect([again.status, again.body.error.message]).toEqual([
      400,
      "One or more added object references already exist for the following modified properties: 'members'.",
    ]);
    const remove = () => graph(`/v1.0/groups/${id}/members/${user.id}/$ref`, { method: "DELETE" });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
    expect(await memberIds(`/v1.0/groups/${id}/members`)).toEqual([]);
  });

  test("are listed with their types in pages", async () => {
    const [group, inner] = [await addGroup(), await addGroup({ displayName: "Inner" })];
    for (const id of [inner.id, ...users.map((user) => user.id)]) {
      expect((await addMember(group.id, id)).status).toBe(204);
    }
    const first = await graph(`/v1.0/groups/${group.id}/members${query({ top: 3 })}`);
    expect(first.body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#directoryObjects`);
    const second = await graph(first.body["@odata.nextLink"]);
    const all = [...first.body.value, ...second.body.value];
    expect(second.body).not.toHaveProperty("@odata.nextLink");
    expect(all.map((member) => member.id).sort()).toEqual([inner.id, ...users.map(({ id }) => id)].sort());
    const shown = all.find((member) => member.id === inner.id);
    expect(Object.keys(shown).slice(0, 2)).toEqual(["@odata.type", "id"]);
    expect(shown).toMatchObject({ "@odata.type": "#microsoft.graph.group", displayName: "Inner" });
  });

  test("are listed by type, counted, and include those of nested groups", async () => {
    const [outer, inner] = [await addGroup(), await addGroup()];
    const [first, second] = users as [User, User];
    await addMember(outer.id, inner.id);
    await addMember(outer.id, first.id);
    await addMember(inner.id, second.id);
    const path = `/v1.0/groups/${outer.id}`;
    const cast = await graph(`${path}/members/microsoft.graph.user${query({ select: "userPrincipalName" })}`);
    expect(cast.body).toEqual({
      "@odata.context": `${platform.url}/v1.0/$metadata#users(userPrincipalName)`,
      value: [{ userPrincipalName: first.userPrincipalName }],
    });
    expect((await graph(`${path}/members/$count`, { headers: advanced })).text).toBe("2");
    expect((await graph(`${path}/members/microsoft.graph.group/$count`, { headers: advanced })).text).toBe("1");
    expect(await memberIds(`${path}/transitiveMembers`)).toEqual([first.id, inner.id, second.id].sort());
    expect(await memberIds(`/v1.0/groups/${inner.id}/memberOf`)).toEqual([outer.id]);
  });

  test("can be filtered by name in an advanced query only", async () => {
    const { id } = await addGroup();
    await addMember(id, (users[0] as User).id);
    const filter = { filter: `displayName eq '${users[0]?.displayName}'`, count: "true" };
    const path = `/v1.0/groups/${id}/members${query(filter)}`;
    expect((await graph(path)).status).toBe(400);
    expect((await graph(path, { headers: advanced })).body).toMatchObject({ "@odata.count": 1, value: [{}] });
  });

  test.each([
    [{ "@odata.id": "https://graph.microsoft.com/v1.0/users" }, 400, "Not a valid reference update."],
    [{ "@odata.id": objectUrl("5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10") }, 404, /^Resource '5b0f4c1e.* does not exist/],
    [{}, 400, /^Unable to read JSON/],
  ])("cannot be %j", async (body, status, message) => {
    const { id } = await addGroup();
    const response = await graph(`/v1.0/groups/${id}/members/$ref`, { method: "POST", body });
    expect(response.status).toBe(status);
    expect(response.body.error.message).toMatch(message);
  });

  test("cannot be the group itself, and are written through $ref only", async () => {
    const { id } = await addGroup();
    expect((await addMember(id, id)).status).toBe(400);
    const posted = await graph(`/v1.0/groups/${id}/members`, { method: "POST", body: security });
    expect(posted.body.error.message).toBe("Write requests are only supported on contained entities");
    const patched = await graph(`/v1.0/groups/${id}/members/$ref`, { method: "PATCH", body: {} });
    expect(patched.body.error.message).toBe("The request is currently not supported on the targeted entity set");
  });

  test.each<[readonly string[], number]>([
    [["GroupMember.ReadWrite.All"], 403],
    [["GroupMember.ReadWrite.All", "User.ReadWrite.All"], 204],
    [["Group.ReadWrite.All"], 204],
    [["Group.Read.All"], 403],
  ])("that are users are added with %j: %i", async (permissions, status) => {
    const { id } = await addGroup();
    expect((await addMember(id, (users[0] as User).id, await graphWith(platform, permissions))).status).toBe(status);
  });

  test("show only ids to callers who may not read users", async () => {
    const { id } = await addGroup();
    await addMember(id, (users[0] as User).id);
    const { body } = await (await graphWith(platform, ["GroupMember.Read.All"]))(`/v1.0/groups/${id}/members`);
    expect(body.value).toMatchObject([{ id: users[0]?.id, displayName: null, businessPhones: [] }]);
  });
});

test.each(["Groups", "ids"])("checkMember%s returns the given groups that contain the subject", async (name) => {
  const [outer, inner, other] = [await addGroup(), await addGroup(), await addGroup()];
  const [user] = users as [User];
  await addMember(outer.id, inner.id);
  await addMember(inner.id, user.id);
  const action = name === "ids" ? "checkMemberObjects" : "checkMemberGroups";
  const body = { [name === "ids" ? "ids" : "groupIds"]: [outer.id, other.id] };
  const response = await graph(`/v1.0/directoryObjects/${user.id}/${action}`, { method: "POST", body });
  expect(response.body.value).toEqual([outer.id]);
  expect(response.headers.get("x-ms-resource-unit")).toBe("4");
});
