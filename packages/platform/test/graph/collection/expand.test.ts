import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";
import { addUser } from "../../support/signIn.ts";

let platform: Platform;
let graph: Graph;
let manager: User;
let report: User;
let groupId: string;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Directory.ReadWrite.All"]);
  [manager, report] = [addUser(platform), addUser(platform)];
  const body = { "@odata.id": `https://graph.microsoft.com/v1.0/users/${manager.id}` };
  await graph(`/v1.0/users/${report.id}/manager/$ref`, { method: "PUT", body });
  groupId = groupOf([report]);
});
afterAll(() => platform.stop());

function groupOf(members: readonly User[]): string {
  const { id } = platform.directory.createGroup({ displayName: "Team" });
  for (const member of members) {
    platform.directory.addGroupMember(id, member.id);
  }
  return id;
}

test("a single object shows the related objects beside its own properties", async () => {
  const { body } = await graph(`/v1.0/users/${report.id}?$expand=manager`);
  expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#users(manager())/$entity`);
  expect(body).toMatchObject({ id: report.id, displayName: report.displayName });
  expect(body.manager).toMatchObject({
    "@odata.type": "#microsoft.graph.user",
    id: manager.id,
    userPrincipalName: manager.userPrincipalName,
  });
});

test("only the selected properties of both sides are shown", async () => {
  const { body } = await graph(`/v1.0/users/${report.id}?$select=id&$expand=Manager($select=id,displayName)`);
  expect(body).toEqual({
    "@odata.context": `${platform.url}/v1.0/$metadata#users(id,manager(id,displayName))/$entity`,
    id: report.id,
    manager: { "@odata.type": "#microsoft.graph.user", id: manager.id, displayName: manager.displayName },
  });
});

test("a list shows the related object of each object, and omits it where there is none", async () => {
  const { body } = await graph(
    `/v1.0/users?$filter=id in ('${manager.id}','${report.id}')&$expand=manager($select=id)`,
  );
  expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#users(manager(id))`);
  const managers = Object.fromEntries(body.value.map((user: Record<string, unknown>) => [user["id"], user["manager"]]));
  expect(managers).toEqual({
    [report.id]: { "@odata.type": "#microsoft.graph.user", id: manager.id },
    [manager.id]: undefined,
  });
});

test.each([
  ["users", "directReports", () => manager.id, () => [report.id]],
  ["users", "memberOf", () => report.id, () => [groupId]],
  ["groups", "members", () => groupId, () => [report.id]],
  ["groups", "owners", () => groupId, () => []],
])("%s show their %s", async (set, relation, id, related) => {
  const { body } = await graph(`/v1.0/${set}/${id()}?$expand=${relation}($select=id)`);
  expect(body[relation].map((object: { id: string }) => object.id)).toEqual(related());
});

test.each(["applications", "servicePrincipals"])("%s show their owners", async (set) => {
  const { id, servicePrincipalId } = platform.directory.registerApplication({ displayName: "Shop" });
  const path = `/v1.0/${set}/${set === "applications" ? id : servicePrincipalId}`;
  const body = { "@odata.id": `https://graph.microsoft.com/v1.0/users/${manager.id}` };
  const writer = await graphWith(platform, ["Application.ReadWrite.All", "Directory.Read.All"]);
  expect((await writer(`${path}/owners/$ref`, { method: "POST", body })).status).toBe(204);
  expect((await writer(`${path}?$expand=owners`)).body.owners).toMatchObject([{ id: manager.id }]);
});

test("at most twenty related objects are shown, without a link to the others", async () => {
  const id = groupOf(Array.from({ length: 25 }, () => addUser(platform)));
  const { body } = await graph(`/v1.0/groups/${id}?$expand=members`);
  expect([body.members.length, Object.keys(body).filter((name) => name.includes("nextLink"))]).toEqual([20, []]);
});

test("related objects that the caller may not read show their id only", async () => {
  const reader = await graphWith(platform, ["GroupMember.Read.All"]);
  const { body } = await reader(`/v1.0/groups/${groupId}?$expand=members($select=id,displayName)`);
  expect(body.members).toEqual([{ "@odata.type": "#microsoft.graph.user", id: report.id, displayName: null }]);
});

test.each([
  ["two relationships", "?$expand=manager,memberOf"],
  ["another option inside", "?$expand=manager($levels=max)"],
  ["an advanced query", "?$count=true&$expand=manager"],
])("%s cannot be expanded", async (_, query) => {
  const { status, body } = await graph(`/v1.0/users${query}`, { headers: { consistencylevel: "eventual" } });
  expect([status, body.error.code]).toEqual([400, "Request_UnsupportedQuery"]);
});

test("a property that the related objects do not have cannot be selected", async () => {
  const { status, body } = await graph("/v1.0/users?$expand=manager($select=nothing)");
  expect([status, body.error.message]).toEqual([400, expect.stringContaining("a property named 'nothing'")]);
});
