import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";
import { addUser } from "../../support/signIn.ts";

let platform: Platform;
let graph: Graph;
let manager: User;
let report: User;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["User.ReadWrite.All"]);
});
afterAll(() => platform.stop());
beforeEach(() => {
  [manager, report] = [addUser(platform), addUser(platform)];
});

const reference = (id: string) => ({ "@odata.id": `https://graph.microsoft.com/v1.0/users/${id}` });
const put = (of: User, id: string, as: Graph = graph) =>
  as(`/v1.0/users/${of.id}/manager/$ref`, { method: "PUT", body: reference(id) });

test("a user gets a manager, which is shown on both sides", async () => {
  const { status, text } = await put(report, manager.id);
  expect([status, text]).toEqual([204, ""]);
  const { body } = await graph(`/v1.0/users/${report.userPrincipalName}/manager`);
  expect(body).toMatchObject({
    "@odata.context": `${platform.url}/v1.0/$metadata#directoryObjects/$entity`,
    "@odata.type": "#microsoft.graph.user",
    id: manager.id,
    userPrincipalName: manager.userPrincipalName,
  });
  const { body: reports } = await graph(`/v1.0/users/${manager.id}/directReports`);
  expect(reports.value).toMatchObject([{ "@odata.type": "#microsoft.graph.user", id: report.id }]);
});

test("a new manager replaces the previous one", async () => {
  const other = addUser(platform);
  for (const { id } of [manager, other]) {
    await put(report, id);
  }
  expect((await graph(`/v1.0/users/${report.id}/manager?$select=id`)).body).toMatchObject({ id: other.id });
  expect((await graph(`/v1.0/users/${manager.id}/directReports`)).body.value).toEqual([]);
});

test("a user without a manager has none to show or to remove", async () => {
  const path = `/v1.0/users/${report.id}/manager`;
  await put(report, manager.id);
  expect((await graph(`${path}/$ref`, { method: "DELETE" })).status).toBe(204);
  for (const { status, body } of [await graph(path), await graph(`${path}/$ref`, { method: "DELETE" })]) {
    expect([status, body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
  }
});

test("a manager must be a user", async () => {
  const { id } = platform.directory.createGroup({ displayName: "Managers" });
  const body = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}` };
  expect((await graph(`/v1.0/users/${report.id}/manager/$ref`, { method: "PUT", body })).status).toBe(400);
});

test("permission to read users is not enough to change a manager", async () => {
  const reader = await graphWith(platform, ["User.Read.All"]);
  expect((await put(report, manager.id, reader)).status).toBe(403);
  expect((await reader(`/v1.0/users/${manager.id}/directReports`)).status).toBe(200);
});

test("a deleted manager is not shown until restored", async () => {
  await put(report, manager.id);
  await graph(`/v1.0/users/${manager.id}`, { method: "DELETE" });
  expect((await graph(`/v1.0/users/${report.id}/manager`)).status).toBe(404);
  expect((await graph(`/v1.0/users/${report.id}/manager/$ref`, { method: "DELETE" })).status).toBe(404);
  const restorer = await graphWith(platform, ["User.ReadWrite.All"]);
  expect((await restorer(`/v1.0/directory/deletedItems/${manager.id}/restore`, { method: "POST" })).status).toBe(200);
  expect((await graph(`/v1.0/users/${report.id}/manager`)).body.id).toBe(manager.id);
});
