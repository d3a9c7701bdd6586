import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { advanced, type Graph, graphWith, query } from "../../support/graph.ts";
import { addUser } from "../../support/signIn.ts";

let platform: Platform;
let graph: Graph;
let owner: User;
let report: User;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Directory.ReadWrite.All", "Group.ReadWrite.All"]);
  [owner, report] = [addUser(platform), addUser(platform)];
  const { id } = platform.directory.createGroup({ displayName: "Owned" });
  platform.directory.createGroup({ displayName: "Orphaned" });
  const reference = (object: string) => ({
    "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${object}`,
  });
  await graph(`/v1.0/groups/${id}/owners/$ref`, { method: "POST", body: reference(owner.id) });
  await graph(`/v1.0/groups/${id}/members/$ref`, { method: "POST", body: reference(report.id) });
  await graph(`/v1.0/users/${report.id}/manager/$ref`, { method: "PUT", body: reference(owner.id) });
});
afterAll(() => platform.stop());

async function found(set: string, filter: string) {
  const { status, body } = await graph(`/v1.0/${set}${query({ filter, count: "true" })}`, { headers: advanced });
  expect(status, body.error?.message).toBe(200);
  expect(body["@odata.count"]).toBe(body.value.length);
  return body.value.map(({ displayName }: { displayName: string }) => displayName);
}

test.each([
  ["groups", "owners/$count eq 0", ["Orphaned"]],
  ["groups", "owners/$count ne 0", ["Owned"]],
  ["groups", "Members/$COUNT eq 0 and startswith(displayName,'O')", ["Orphaned"]],
  ["groups", "not(owners/$count eq 0)", ["Owned"]],
])("%s whose %s", async (set, filter, expected) => {
  expect(await found(set, filter)).toEqual(expected);
});

test("users by reports, licenses and other addresses", async () => {
  expect(await found("users", "directReports/$count ne 0")).toEqual([owner.displayName]);
  expect(await found("users", "assignedLicenses/$count ne 0")).toEqual([]);
  expect((await found("users", "proxyAddresses/$count ne 0")).length).toBeGreaterThan(20);
});

test("/$count returns the number of matches of such a filter", async () => {
  const { text } = await graph(`/v1.0/groups/$count${query({ filter: "owners/$count eq 0" })}`, { headers: advanced });
  expect(text).toBe("1");
});

test.each([
  ["owners/$count eq 0", {}, "Request_UnsupportedQuery", "Operator 'Count' is not supported because"],
  ["owners/$count ge 1", advanced, "Request_UnsupportedQuery", "for property 'owners'"],
  ["owners/$count eq 2", advanced, "Request_UnsupportedQuery", "for property 'owners'"],
  ["displayName/$count eq 0", advanced, "Request_UnsupportedQuery", "for property 'displayName'"],
  ["nothing/$count eq 0", advanced, "BadRequest", "a property named 'nothing'"],
])("%s with %j is refused", async (filter, headers, code, message) => {
  const { status, body } = await graph(`/v1.0/groups${query({ filter, count: "true" })}`, { headers });
  expect([status, body.error.code, body.error.message]).toEqual([400, code, expect.stringContaining(message)]);
});
