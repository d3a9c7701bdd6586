import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";
import { addUser } from "../../support/signIn.ts";

let platform: Platform;
let graph: Graph;
let user: User;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Directory.ReadWrite.All", "Application.ReadWrite.All", "Group.ReadWrite.All"]);
  user = addUser(platform);
});
afterAll(() => platform.stop());

function pathOf(set: string): string {
  const { id, servicePrincipalId } = platform.directory.registerApplication({ displayName: "Shop" });
  const group = platform.directory.createGroup({ displayName: "Team" });
  const ids: Record<string, string | undefined> = { applications: id, servicePrincipals: servicePrincipalId };
  return `/v1.0/${set}/${ids[set] ?? group.id}`;
}
const reference = (id: string) => ({ "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}` });

describe.each(["applications", "servicePrincipals", "groups"])("owners of %s", (set) => {
  test("are added, listed with their type, and found from the owner's side", async () => {
    const path = pathOf(set);
    const added = await graph(`${path}/owners/$ref`, { method: "POST", body: reference(user.id) });
    expect([added.status, added.text]).toEqual([204, ""]);
    const { body } = await graph(`${path}/owners`);
    expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#directoryObjects`);
    expect(body.value).toMatchObject([{ "@odata.type": "#microsoft.graph.user", id: user.id }]);
    const ownedResources = (await graph(`/v1.0/users/${user.id}/ownedObjects`)).body.value;
    expect(ownedResources.map(({ id }: { id: string }) => id)).toContain(path.split("/").at(-1));
  });

  test("are added once", async () => {
    const path = pathOf(set);
    await graph(`${path}/owners/$ref`, { method: "POST", body: reference(user.id) });
    const { status, body } = await graph(`${path}/owners/$ref`, { method: "POST", body: reference(user.id) });
    expect([status, body.error.message]).toEqual([
      400,
      "One or more added object references already exist for the following modified properties: 'owners'.",
    ]);
  });

  test("are removed; removing one that is not an owner is refused", async () => {
    const path = pathOf(set);
    const other = addUser(platform);
    for (const { id } of [user, other]) {
      await graph(`${path}/owners/$ref`, { method: "POST", body: reference(id) });
    }
    const remove = () => graph(`${path}/owners/${other.id}/$ref`, { method: "DELETE" });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
  });

  test("cannot be groups", async () => {
    const { id } = platform.directory.createGroup({ displayName: "Owners" });
    const { status } = await graph(`${pathOf(set)}/owners/$ref`, { method: "POST", body: reference(id) });
    expect(status).toBe(400);
  });
});

test("the last owner of a group cannot be removed", async () => {
  const path = pathOf("groups");
  await graph(`${path}/owners/$ref`, { method: "POST", body: reference(user.id) });
  const { status, body } = await graph(`${path}/owners/${user.id}/$ref`, { method: "DELETE" });
  expect([status, body.error.message]).toEqual([
    400,
    "The group must have at least one owner, hence this owner cannot be removed.",
  ]);
});

test("with Application.ReadWrite.OwnedBy, owners can be added to owned applications only", async () => {
  const owner = await graphWith(platform, ["Application.ReadWrite.OwnedBy"]);
  const { body } = await owner("/v1.0/applications", { method: "POST", body: { displayName: "Own" } });
  const add = (path: string) => owner(`${path}/owners/$ref`, { method: "POST", body: reference(user.id) });
  expect((await add(`/v1.0/applications/${body.id}`)).status).toBe(204);
  expect((await add(pathOf("applications"))).status).toBe(403);
});

test("references to owners and members are listed as URLs only", async () => {
  const path = pathOf("groups");
  await graph(`${path}/owners/$ref`, { method: "POST", body: reference(user.id) });
  await graph(`${path}/members/$ref`, { method: "POST", body: reference(user.id) });
  for (const relation of ["owners", "members"]) {
    const { body } = await graph(`${path}/${relation}/$ref`);
    const address = `${platform.url}/v2/${platform.tenant.id}/directoryObjects/${user.id}/Microsoft.DirectoryServices.User`;
    expect(body).toEqual({
      "@odata.context": `${platform.url}/v1.0/$metadata#Collection($ref)`,
      value: [{ "@odata.id": address }],
    });
  }
});
