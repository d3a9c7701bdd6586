import { type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Graph, graphWith, query, type ReceivedResponse } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeEach(async () => {
  platform = await startPlatform();
  graph = await graphAgain();
});
afterEach(() => platform.stop());

const graphAgain = (): Promise<Graph> =>
  graphWith(platform, [
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "RoleManagement.ReadWrite.Directory",
    "DelegatedPermissionGrant.ReadWrite.All",
  ]);
const day = 86_400_000;
const adele = "a1de0000-0000-4000-8000-000000000002";
const group = { displayName: "Sales", mailEnabled: false, mailNickname: "sales", securityEnabled: true };

async function latest(set: string, options: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, body } = await graph(`/v1.0/${set}/delta${query({ ...options, deltatoken: "latest" })}`);
  expect(status).toBe(200);
  expect(body.value).toEqual([]);
  return body["@odata.deltaLink"];
}

async function changes(link: string): Promise<ReceivedResponse["body"]> {
  const { status, body } = await graph(link);
  expect(status).toBe(200);
  return body.value;
}

async function addUser(name: string): Promise<string> {
  const passwordProfile = { password: "Very-long-4-a-test" };
  const userPrincipalName = `${name}@${platform.tenant.domain}`;
  const body = { accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName, passwordProfile };
  const added = await graph("/v1.0/users", { method: "POST", body });
  expect(added.status).toBe(201);
  return added.body.id;
}

const change = async (path: string, body: unknown): Promise<void> => {
  expect((await graph(`/v1.0/${path}`, { method: "PATCH", body })).status).toBe(204);
};
const remove = async (path: string): Promise<void> => {
  expect((await graph(`/v1.0/${path}`, { method: "DELETE" })).status).toBe(204);
};

test("the first round lists all objects in pages and ends with a delta link", async () => {
  for (let index = 0; index < 90; index++) {
    const userPrincipalName = `more${index}@${platform.tenant.domain}`;
    platform.directory.createUser({ userPrincipalName, displayName: userPrincipalName });
  }
  const first = await graph(`/v1.0/users/delta${query({ select: "displayName" })}`);
  expect(first.body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#users(displayName)`);
  expect(first.body.value).toHaveLength(100);
  expect(Object.keys(first.body.value[0])).toEqual(["displayName", "id"]);
  expect(first.body["@odata.deltaLink"]).toBeUndefined();
  expect(first.body["@odata.nextLink"]).toMatch(/^https:[^?]*\/v1\.0\/users\/delta\?\$skiptoken=[\w-]+$/);
  const second = await graph(first.body["@odata.nextLink"]);
  expect(second.body.value).toHaveLength(20);
  expect(Object.keys(second.body.value[0])).toEqual(["displayName", "id"]);
  expect(second.body["@odata.nextLink"]).toBeUndefined();
  expect(second.body["@odata.deltaLink"]).toMatch(/^https:[^?]*\/v1\.0\/users\/delta\?\$deltatoken=[\w-]+$/);
  const ids = [...first.body.value, ...second.body.value].map(({ id }) => id);
  expect(new Set(ids).size).toBe(120);
  expect(await changes(second.body["@odata.deltaLink"])).toEqual([]);
});

test("a change between two pages is reported in the next round", async () => {
  for (let index = 0; index < 90; index++) {
    const userPrincipalName = `more${index}@${platform.tenant.domain}`;
    platform.directory.createUser({ userPrincipalName, displayName: userPrincipalName });
  }
  const first = await graph("/v1.0/users/delta");
  const [{ id }] = first.body.value;
  await change(`users/${id}`, { jobTitle: "Buyer" });
  const second = await graph(first.body["@odata.nextLink"]);
  expect(await changes(second.body["@odata.deltaLink"])).toMatchObject([{ id, jobTitle: "Buyer" }]);
});

test("a later round reports created, changed and deleted objects", async () => {
  const deletedUser = await addUser("gone");
  const link = await latest("users");
  const added = await addUser("added");
  await change(`users/${adele}`, { jobTitle: "Buyer", department: "Stock" });
  await remove(`users/${deletedUser}`);
  const reported = await changes(link);
  expect(reported).toMatchObject([
    { id: added, displayName: "added" },
    { id: adele, jobTitle: "Buyer", department: "Stock" },
    { id: deletedUser },
  ]);
  expect(reported[0]).not.toHaveProperty("department");
  expect(reported[2]).toEqual({ id: deletedUser, "@removed": { reason: "changed" } });
  const next = await latest("users");
  await remove(`directory/deletedItems/${deletedUser}`);
  expect(await changes(next)).toEqual([{ id: deletedUser, "@removed": { reason: "deleted" } }]);
});

test("a restored user is reported again", async () => {
  const id = await addUser("back");
  await remove(`users/${id}`);
  const link = await latest("users");
  expect((await graph(`/v1.0/directory/deletedItems/${id}/restore`, { method: "POST" })).status).toBe(200);
  expect(await changes(link)).toMatchObject([{ id, displayName: "back" }]);
});

test("a later round has pages, and contains an object that changes twice only once", async () => {
  const link = await latest("users");
  for (let index = 0; index < 101; index++) {
    const userPrincipalName = `more${index}@${platform.tenant.domain}`;
    platform.directory.createUser({ userPrincipalName, displayName: userPrincipalName });
  }
  await change(`users/${adele}`, { jobTitle: "Buyer" });
  await change(`users/${adele}`, { jobTitle: "Cook" });
  const first = await graph(link);
  expect(first.body.value).toHaveLength(100);
  const second = await graph(first.body["@odata.nextLink"]);
  expect(second.body.value).toMatchObject([{}, { id: adele, jobTitle: "Cook" }]);
  expect(await changes(second.body["@odata.deltaLink"])).toEqual([]);
});

test("with $select, only changes of selected properties count", async () => {
  const link = await latest("users", { select: "displayName" });
  await change(`users/${adele}`, { jobTitle: "Buyer" });
  expect(await changes(link)).toEqual([]);
  await change(`users/${adele}`, { displayName: "Adele" });
  expect(await changes(link)).toEqual([{ displayName: "Adele", id: adele }]);
});

test("with Prefer: return=minimal, a later round contains only what has changed", async () => {
  await change(`users/${adele}`, { jobTitle: "Buyer" });
  const link = await latest("users");
  const added = await addUser("added");
  await change(`users/${adele}`, { displayName: "Adele", jobTitle: null });
  const { body } = await graph(link, { headers: { Prefer: "return=minimal" } });
  expect(body.value).toEqual([
    { displayName: "added", id: added, businessPhones: [], userPrincipalName: `added@${platform.tenant.domain}` },
    { displayName: "Adele", jobTitle: null, id: adele },
  ]);
  expect((await changes(link))[1]).toMatchObject({ jobTitle: null, userPrincipalName: expect.any(String) });
  const selecting = await latest("users", { select: "displayName,jobTitle" });
  await change(`users/${adele}`, { jobTitle: "Cook", department: "Stock" });
  const selected = await graph(selecting, { headers: { prefer: "odata.maxpagesize=5; foo, Return = Minimal" } });
  expect(selected.body.value).toEqual([{ jobTitle: "Cook", id: adele }]);
});

test("with Prefer: return=minimal, a group whose members changed is reported with its members only", async () => {
  const { id } = (await graph("/v1.0/groups", { method: "POST", body: group })).body;
  const link = await latest("groups");
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${adele}` };
  await graph(`/v1.0/groups/${id}/members/$ref`, { method: "POST", body: reference });
  const { body } = await graph(link, { headers: { Prefer: "return=minimal" } });
  expect(body.value).toEqual([{ id, "members@delta": [{ "@odata.type": "#microsoft.graph.user", id: adele }] }]);
});

test("a property that was never set is omitted, one that was cleared is null", async () => {
  const id = await addUser("plain");
  const filter = `id eq '${id}'`;
  const first = (await graph(`/v1.0/users/delta${query({ filter, select: "displayName,jobTitle,mobilePhone" })}`)).body;
  expect(first.value).toEqual([{ displayName: "plain", id }]);
  await change(`users/${id}`, { jobTitle: "Buyer" });
  await change(`users/${id}`, { jobTitle: null });
  expect(await changes(first["@odata.deltaLink"])).toEqual([{ displayName: "plain", jobTitle: null, id }]);
  const again = await graph(`/v1.0/users/delta${query({ filter, select: "jobTitle,mobilePhone" })}`);
  expect(again.body.value).toEqual([{ jobTitle: null, id }]);
});

test("a delta link accepts another $select from then on; a next link accepts none", async () => {
  const link = await latest("users", { select: "displayName" });
  await change(`users/${adele}`, { jobTitle: "Buyer" });
  const { body } = await graph(`${link}&$select=jobTitle`);
  expect(body.value).toEqual([{ jobTitle: "Buyer", id: adele }]);
  await change(`users/${adele}`, { displayName: "Adele" });
  expect(await changes(body["@odata.deltaLink"])).toEqual([]);
  for (let index = 0; index < 90; index++) {
    const userPrincipalName = `more${index}@${platform.tenant.domain}`;
    platform.directory.createUser({ userPrincipalName, displayName: userPrincipalName });
  }
  const next = (await graph("/v1.0/users/delta")).body["@odata.nextLink"];
  const refused = await graph(`${next}&$select=jobTitle`);
  expect([refused.status, refused.body.error.code]).toEqual([400, "Request_BadRequest"]);
});

test("at most 50 users or groups can be tracked by id", async () => {
  const ids = (count: number) => ({ filter: Array.from({ length: count }, () => `id eq '${adele}'`).join(" or ") });
  expect((await graph(`/v1.0/users/delta${query(ids(50))}`)).status).toBe(200);
  for (const set of ["users", "groups"]) {
    const { status, body } = await graph(`/v1.0/${set}/delta${query(ids(51))}`);
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: "Request_UnsupportedQuery" });
  }
  expect((await graph(`/v1.0/applications/delta${query(ids(51))}`)).status).toBe(200);
});

test("setting a property to its current value is not a change", async () => {
  await change(`users/${adele}`, { jobTitle: "Buyer", businessPhones: ["1"], accountEnabled: true });
  const link = await latest("users");
  await change(`users/${adele}`, { jobTitle: "Buyer", businessPhones: ["1"], accountEnabled: true });
  expect(await changes(link)).toEqual([]);
});

test("with a $filter by id, only those objects are tracked", async () => {
  const other = await addUser("other");
  const filter = `id eq '${adele}'`;
  const { body } = await graph(`/v1.0/users/delta${query({ filter })}`);
  expect(body.value).toMatchObject([{ id: adele }]);
  await change(`users/${other}`, { jobTitle: "Buyer" });
  await change(`users/${adele}`, { jobTitle: "Buyer" });
  expect(await changes(body["@odata.deltaLink"])).toMatchObject([{ id: adele }]);
});

test.each([
  [{ filter: "displayName eq 'a'" }, "Request_UnsupportedQuery"],
  [{ filter: "not(id eq 'a')" }, "Request_UnsupportedQuery"],
  [{ top: 5 }, "Request_BadRequest"],
  [{ orderby: "displayName" }, "Request_BadRequest"],
  [{ select: "nonsense" }, "BadRequest"],
])("%j is refused", async (options, code) => {
  const { status, body } = await graph(`/v1.0/users/delta${query(options)}`);
  expect({ status, code: body.error.code }).toEqual({ status: 400, code });
});

test("a group is reported with the members that joined and left", async () => {
  const { id } = (await graph("/v1.0/groups", { method: "POST", body: group })).body;
  const user = await addUser("member");
  const reference = (member: string) => ({
    "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${member}`,
  });
  const join = (member: string) =>
    graph(`/v1.0/groups/${id}/members/$ref`, { method: "POST", body: reference(member) });
  await join(user);
  const first = await graph(`/v1.0/groups/delta${query({ select: "displayName,members", filter: `id eq '${id}'` })}`);
  const shown = (member: string) => ({ "@odata.type": "#microsoft.graph.user", id: member });
  expect(first.body.value).toEqual([{ displayName: "Sales", id, "members@delta": [shown(user)] }]);
  await join(adele);
  await remove(`groups/${id}/members/${user}/$ref`);
  expect(await changes(first.body["@odata.deltaLink"])).toEqual([
    {
      displayName: "Sales",
      id,
      "members@delta": [shown(adele), { ...shown(user), "@removed": { reason: "deleted" } }],
    },
  ]);
});

test("a deleted security group cannot be restored", async () => {
  const { id } = (await graph("/v1.0/groups", { method: "POST", body: group })).body;
  const link = await latest("groups");
  await remove(`groups/${id}`);
  expect(await changes(link)).toEqual([{ id, "@removed": { reason: "deleted" } }]);
});

test("applications and service principals are tracked as well, with their credentials", async () => {
  const links = [await latest("applications"), await latest("servicePrincipals")];
  const { appId, id } = (await graph("/v1.0/applications", { method: "POST", body: { displayName: "Shop" } })).body;
  const principal = (await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } })).body;
  expect(await changes(links[0] ?? "")).toMatchObject([{ id, appId }]);
  expect(await changes(links[1] ?? "")).toMatchObject([{ id: principal.id, appId }]);
  const secrets = await latest("applications", { select: "passwordCredentials" });
  await change(`applications/${id}`, { displayName: "Store" });
  expect(await changes(secrets)).toEqual([]);
  await graph(`/v1.0/applications/${id}/addPassword`, { method: "POST", body: {} });
  expect(await changes(secrets)).toMatchObject([{ id, passwordCredentials: [{ secretText: null }] }]);
});

test("a directory role is reported with the members that joined and left", async () => {
  const every = (await graph("/v1.0/directoryRoles/delta")).body;
  expect(every.value).toHaveLength(3);
  const link = every["@odata.deltaLink"];
  const { id } = every.value.find(({ displayName }: { displayName: string }) => displayName.startsWith("Application"));
  const shown = { "@odata.type": "#microsoft.graph.user", id: adele };
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${adele}` };
  expect((await graph(`/v1.0/directoryRoles/${id}/members/$ref`, { method: "POST", body: reference })).status).toBe(
    204,
  );
  expect(await changes(link)).toMatchObject([
    { id, displayName: "Application Administrator", "members@delta": [shown] },
  ]);
  const filter = `id eq '${id}'`;
  const one = (await graph(`/v1.0/directoryRoles/delta${query({ filter, select: "displayName,members" })}`)).body;
  expect(one.value).toEqual([{ displayName: "Application Administrator", id, "members@delta": [shown] }]);
  await remove(`directoryRoles/${id}/members/${adele}/$ref`);
  const removedMembers = [{ ...shown, "@removed": { reason: "deleted" } }];
  expect(await changes(one["@odata.deltaLink"])).toEqual([
    { displayName: "Application Administrator", id, "members@delta": removedMembers },
  ]);
  expect(await changes(link)).toMatchObject([{ id, "members@delta": removedMembers }]);
});

test("a deleted user loses the directory role", async () => {
  const user = await addUser("administrator");
  const [{ id }] = (await graph("/v1.0/directoryRoles")).body.value;
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${user}` };
  await graph(`/v1.0/directoryRoles/${id}/members/$ref`, { method: "POST", body: reference });
  const link = await latest("directoryRoles");
  await remove(`users/${user}`);
  const removedMembers = { "@odata.type": "#microsoft.graph.user", id: user, "@removed": { reason: "deleted" } };
  expect(await changes(link)).toMatchObject([{ id, "members@delta": [removedMembers] }]);
});

test("delegated grants are tracked from consent until their client is deleted", async () => {
  const link = await latest("oauth2PermissionGrants");
  const principalOf = async (name: string): Promise<string> => {
    const { appId } = (await graph("/v1.0/applications", { method: "POST", body: { displayName: name } })).body;
    return (await graph("/v1.0/servicePrincipals", { method: "POST", body: { appId } })).body.id;
  };
  const [clientId, resourceId] = [await principalOf("Shop"), await principalOf("Stock")];
  const body = { clientId, resourceId, consentType: "AllPrincipals", scope: "Items.Read" };
  const { id } = (await graph("/v1.0/oauth2PermissionGrants", { method: "POST", body })).body;
  expect(await changes(link)).toMatchObject([{ id, clientId, scope: "Items.Read" }]);
  const filter = `id eq '${id}'`;
  const one = (await graph(`/v1.0/oauth2PermissionGrants/delta${query({ filter, select: "scope" })}`)).body;
  expect(one.value).toEqual([{ scope: "Items.Read", id }]);
  await change(`oauth2PermissionGrants/${id}`, { scope: "Items.Read Items.Write" });
  expect(await changes(one["@odata.deltaLink"])).toEqual([{ scope: "Items.Read Items.Write", id }]);
  const next = await latest("oauth2PermissionGrants");
  await change(`oauth2PermissionGrants/${id}`, { scope: "Items.Read Items.Write" });
  expect(await changes(next)).toEqual([]);
  await remove(`servicePrincipals/${clientId}`);
  expect(await changes(next)).toEqual([{ id, "@removed": { reason: "deleted" } }]);
});

test("the qualified name and beta work, and the permissions are those of the list", async () => {
  expect((await graph("/beta/users/microsoft.graph.delta()?deltatoken=latest")).status).toBe(200);
  const other = await graphWith(platform, ["Application.Read.All"]);
  expect((await other("/v1.0/users/delta")).status).toBe(403);
});

test("a token expires after 7 days, and its successor is still valid", async () => {
  const link = await latest("users", { select: "displayName" });
  platform.clock.advance(7 * day - 60_000);
  graph = await graphAgain();
  const next = (await graph(link)).body["@odata.deltaLink"];
  platform.clock.advance(day);
  graph = await graphAgain();
  expect((await graph(next)).status).toBe(200);
  const { status, body, headers } = await graph(link);
  expect({ status, code: body.error.code }).toEqual({ status: 410, code: "syncStateNotFound" });
  const start = headers.get("location") ?? "";
  expect(start).toBe(`${platform.url}/v1.0/users/delta?$select=displayName&$deltatoken=`);
  expect((await graph(start)).body.value).toHaveLength(30);
});

test("a token of a directory that no longer exists makes the client start again", async () => {
  const link = await latest("users");
  await platform.stop();
  platform = await startPlatform({ port: Number(new URL(platform.url).port), tenant: { id: platform.tenant.id } });
  graph = await graphAgain();
  const { status, body, headers } = await graph(link);
  expect({ status, code: body.error.code }).toEqual({ status: 410, code: "resyncRequired" });
  expect(headers.get("location")).toBe(`${platform.url}/v1.0/users/delta?$deltatoken=`);
});

test("after restoring a snapshot, a token still reports the differences", async () => {
  const snapshot = await platform.snapshot();
  const id = await addUser("undone");
  const link = await latest("users", { select: "displayName" });
  await platform.restore(snapshot);
  graph = await graphAgain();
  expect(await changes(link)).toContainEqual({ id, "@removed": { reason: "deleted" } });
});

test.each(["users", "groups"])("a damaged token, or one of another collection, is refused by %s", async (set) => {
  const token = new URL(await latest(set === "users" ? "groups" : "users")).searchParams.get("$deltatoken") ?? "";
  for (const deltatoken of [token, "nonsense", token.slice(0, -4)]) {
    const { status, body } = await graph(`/v1.0/${set}/delta${query({ deltatoken })}`);
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: "Request_BadRequest" });
  }
});

test("a list does not accept a $deltatoken", async () => {
  expect((await graph(`/v1.0/users${query({ deltatoken: "latest" })}`)).status).toBe(400);
  expect((await graph(`/v1.0/users/${adele}${query({ deltatoken: "latest" })}`)).status).toBe(400);
});

test.each([
  ["Application.Read.All", 403],
  ["Directory.Read.All", 200],
  ["Application.ReadWrite.OwnedBy", 200],
])("with %s alone, the changes of applications are %i", async (permission, status) => {
  const follower = await graphWith(platform, [permission]);
  expect((await follower("/v1.0/applications/delta")).status).toBe(status);
});
