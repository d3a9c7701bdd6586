import { type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../../support/daemon.ts";
import { advanced, type Graph, graphWith } from "../../support/graph.ts";
import { addUser } from "../../support/signIn.ts";

let platform: Platform;
let graph: Graph;
beforeEach(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, [
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
  ]);
});
afterEach(() => platform.stop());

const remove = async (path: string) => expect((await graph(path, { method: "DELETE" })).status).toBe(204);
const restore = (id: string, as: Graph = graph) => as(`/v1.0/directory/deletedItems/${id}/restore`, { method: "POST" });
const listed = async (type: string) =>
  (await graph(`/v1.0/directory/deletedItems/microsoft.graph.${type}`)).body.value.map(({ id }: { id: string }) => id);

describe("a deleted user", () => {
  test("is among the deleted items, and cannot sign in", async () => {
    const user = addUser(platform);
    await remove(`/v1.0/users/${user.id}`);
    expect((await graph(`/v1.0/users/${user.id}`)).status).toBe(404);
    expect(await listed("user")).toEqual([user.id]);
    const { body } = await graph(`/v1.0/directory/deletedItems/${user.id}`);
    expect(body).toMatchObject({
      "@odata.context": `${platform.url}/v1.0/$metadata#directoryObjects/$entity`,
      "@odata.type": "#microsoft.graph.user",
      id: user.id,
      userPrincipalName: user.userPrincipalName,
    });
    const selected = await graph("/v1.0/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime");
    expect(selected.body.value[0].deletedDateTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const count = await graph("/v1.0/directory/deletedItems/microsoft.graph.user/$count", { headers: advanced });
    expect(count.text).toBe("1");
  });

  test("is restored with groups, roles, ownerships and assignments", async () => {
    const { directory } = platform;
    const user = addUser(platform);
    const group = directory.createGroup({ displayName: "Team" });
    directory.addGroupMember(group.id, user.id);
    directory.addDirectoryRole(user.userPrincipalName, "Global Administrator");
    const before = (await graph(`/v1.0/users/${user.id}/memberOf`)).text;
    await remove(`/v1.0/users/${user.id}`);
    expect((await graph(`/v1.0/groups/${group.id}/members`)).body.value).toEqual([]);
    const { status, body } = await restore(user.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ "@odata.type": "#microsoft.graph.user", id: user.id });
    expect((await graph(`/v1.0/users/${user.id}/memberOf`)).text).toBe(before);
    expect(directory.findUser(user.userPrincipalName)).toEqual(user);
    expect(await listed("user")).toEqual([]);
  });

  test("is not restored when another user has taken its name", async () => {
    const user = addUser(platform);
    await remove(`/v1.0/users/${user.id}`);
    platform.directory.createUser({ userPrincipalName: user.userPrincipalName, displayName: "Another" });
    const { status, body } = await restore(user.id);
    expect([status, body.error.message]).toEqual([
      400,
      "Another object with the same value for property userPrincipalName already exists.",
    ]);
    expect(await listed("user")).toEqual([user.id]);
  });

  test("is deleted permanently after 30 days, or when it is deleted again", async () => {
    const [first, second] = [addUser(platform), addUser(platform)];
    await remove(`/v1.0/users/${first.id}`);
    await remove(`/v1.0/users/${second.id}`);
    await remove(`/v1.0/directory/deletedItems/${first.id}`);
    expect((await restore(first.id)).status).toBe(404);
    platform.clock.advance(30 * 86_400_000);
    graph = await graphWith(platform, ["User.ReadWrite.All"]);
    expect((await restore(second.id)).status).toBe(404);
  });
});

test("a restored application has its secret, its service principal and the consent", async () => {
  const daemon = registerDaemon(platform, ["User.Read.All"]);
  const token = () => postForm(platform, tokenPath(platform), tokenForm(daemon));
  const { id } = (await graph(`/v1.0/applications(appId='${daemon.appId}')`)).body;
  const assigned = async () =>
    (await graph(`/v1.0/servicePrincipals/${daemon.servicePrincipalId}/appRoleAssignments`)).text;
  const before = await assigned();
  await remove(`/v1.0/applications/${id}`);
  expect((await token()).status).toBe(400);
  expect([await listed("application"), await listed("servicePrincipal")]).toEqual([[id], [daemon.servicePrincipalId]]);
  const { status, body } = await restore(id);
  expect([status, body["@odata.type"], body.appId]).toEqual([200, "#microsoft.graph.application", daemon.appId]);
  expect((await token()).status).toBe(200);
  expect(await assigned()).toBe(before);
  expect(await listed("servicePrincipal")).toEqual([]);
});

test("a link between two deleted objects is restored with the second one", async () => {
  const { directory } = platform;
  const user = addUser(platform);
  const group = directory.createGroup({ displayName: "Fans", groupTypes: ["Unified"], mailEnabled: true });
  directory.addGroupMember(group.id, user.id);
  await remove(`/v1.0/users/${user.id}`);
  await remove(`/v1.0/groups/${group.id}`);
  expect((await restore(user.id)).status).toBe(200);
  expect((await graph(`/v1.0/users/${user.id}/memberOf`)).body.value).toEqual([]);
  expect((await restore(group.id)).status).toBe(200);
  expect((await graph(`/v1.0/users/${user.id}/memberOf`)).body.value).toMatchObject([{ id: group.id }]);
});

test("a membership ends when the group is deleted permanently", async () => {
  const { directory } = platform;
  const user = addUser(platform);
  const group = directory.createGroup({ displayName: "Team" });
  directory.addGroupMember(group.id, user.id);
  await remove(`/v1.0/users/${user.id}`);
  await remove(`/v1.0/groups/${group.id}`);
  expect(await listed("group")).toEqual([]);
  expect((await restore(user.id)).status).toBe(200);
  expect((await graph(`/v1.0/users/${user.id}/memberOf`)).body.value).toEqual([]);
});

test("restoring a snapshot also restores the deleted items", async () => {
  const user = addUser(platform);
  const snapshot = await platform.snapshot();
  await remove(`/v1.0/users/${user.id}`);
  const afterwards = await platform.snapshot();
  await platform.restore(snapshot);
  expect(platform.directory.findUser(user.userPrincipalName)).toEqual(user);
  await platform.restore(afterwards);
  graph = await graphWith(platform, ["User.ReadWrite.All"]);
  expect(await listed("user")).toEqual([user.id]);
  expect((await restore(user.id)).status).toBe(200);
});

test.each<[readonly string[], number]>([
  [["User.ReadWrite.All"], 200],
  [["Group.ReadWrite.All"], 403],
  [["User.Read.All"], 403],
])("restoring a user with %j is %i", async (permissions, status) => {
  const user = addUser(platform);
  await remove(`/v1.0/users/${user.id}`);
  expect((await restore(user.id, await graphWith(platform, permissions))).status).toBe(status);
});
