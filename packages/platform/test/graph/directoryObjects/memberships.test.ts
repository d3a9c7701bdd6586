import { type Group, type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graphAs, graphWith, query, type ReceivedResponse } from "../../support/graph.ts";
import { addUser, addWebApp, codeFor, redeem } from "../../support/signIn.ts";

let platform: Platform;
let user: User;
let other: User;
/** The user is a direct member of the team and the list; the team is a member of the region. */
let groups: Readonly<Record<"team" | "region" | "list", Group>>;
beforeAll(async () => {
  platform = await startPlatform();
  const { createGroup, addGroupMember } = platform.directory;
  [user, other] = [addUser(platform), addUser(platform)];
  groups = {
    team: createGroup({ displayName: "Team" }),
    region: createGroup({ displayName: "Region" }),
    list: createGroup({ displayName: "List", mailEnabled: true, securityEnabled: false }),
  };
  addGroupMember(groups.team.id, user.id);
  addGroupMember(groups.list.id, user.id);
  addGroupMember(groups.region.id, groups.team.id);
});
afterAll(() => platform.stop());

const ids = (...names: readonly (keyof typeof groups)[]) => names.map((name) => groups[name].id);

/** Graph as the user, through a client with these delegated permissions. */
async function asUser(...scopes: readonly string[]): Promise<ReturnType<typeof graphAs>> {
  const app = addWebApp(platform, {
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: scopes }],
  });
  const scope = "https://graph.microsoft.com/.default";
  const { body } = await redeem(platform, app, { code: await codeFor(platform, app, user, { scope }) });
  return graphAs(platform, `Bearer ${body.access_token}`);
}

const post = { method: "POST", body: { securityEnabledOnly: false } };

describe.each(["getMemberGroups", "getMemberObjects"])("%s", (action) => {
  let graph: ReturnType<typeof graphAs>;
  beforeAll(async () => {
    graph = await graphWith(platform, ["Directory.Read.All"]);
  });

  test("returns the ids of all groups, including indirect ones", async () => {
    const { status, headers, text } = await graph(`/v1.0/users/${user.id}/${action}`, post);
    expect(status).toBe(200);
    expect(text).toBe(
      JSON.stringify({
        "@odata.context": `${platform.url}/v1.0/$metadata#Collection(Edm.String)`,
        value: ids("team", "region", "list"),
      }),
    );
    expect([headers.get("location"), headers.get("x-ms-resource-unit")]).toEqual([platform.url, "2"]);
  });

  test("omits groups that are not security-enabled on request", async () => {
    const body = { securityEnabledOnly: true };
    const response = await graph(`/v1.0/users/${user.userPrincipalName}/${action}`, { method: "POST", body });
    expect(response.body.value).toEqual(ids("team", "region"));
  });

  test("can be called by its qualified name", async () => {
    const { body } = await graph(`/v1.0/users/${user.id}/microsoft.graph.${action}`, post);
    expect(body.value).toHaveLength(3);
  });

  test("works for the signed-in user", async () => {
    const { body } = await (await asUser("User.Read", "GroupMember.Read.All"))(`/v1.0/me/${action}`, post);
    expect(body.value).toEqual(ids("team", "region", "list"));
  });

  test("is 404 for an unknown user, and 400 for an invalid body", async () => {
    expect((await graph(`/v1.0/users/nobody@contoso.onmicrosoft.com/${action}`, post)).status).toBe(404);
    const path = `/v1.0/users/${user.id}/${action}`;
    expect((await graph(path, { method: "POST", body: { securityEnabledOnly: "no" } })).status).toBe(400);
    expect((await graph(path, { method: "POST", body: { groupIds: [] } })).status).toBe(400);
    expect((await graph(path, { method: "POST" })).body.error.message).toBe("Empty Payload. JSON content expected.");
    expect((await graph(path)).status).toBe(405);
  });
});

test.each<[string, readonly string[], number]>([
  ["getMemberGroups", ["User.Read.All"], 403],
  ["getMemberGroups", ["GroupMember.Read.All"], 403],
  ["getMemberGroups", ["User.Read.All", "GroupMember.Read.All"], 200],
  ["getMemberGroups", ["User.Read.All", "Group.Read.All"], 200],
  ["getMemberObjects", ["GroupMember.Read.All"], 403],
  ["getMemberObjects", ["User.ReadBasic.All", "GroupMember.Read.All"], 200],
  ["getMemberObjects", ["User.Read.All"], 200],
])("%s with the application permissions %j is %i", async (action, permissions, status) => {
  const graph = await graphWith(platform, permissions);
  expect((await graph(`/v1.0/users/${user.id}/${action}`, post)).status).toBe(status);
});

test("User.Read covers the user's own memberships only", async () => {
  const graph = await asUser("User.Read");
  expect((await graph("/v1.0/me/getMemberObjects", post)).status).toBe(200);
  expect((await graph(`/v1.0/users/${user.id}/getMemberObjects`, post)).status).toBe(200);
  expect((await graph(`/v1.0/users/${other.id}/getMemberObjects`, post)).status).toBe(403);
  expect((await graph("/v1.0/me/getMemberGroups", post)).status).toBe(403);
});

test("a token with too many groups contains a URL that returns them", async () => {
  for (let index = 0; index <= 200; index++) {
    const { id } = platform.directory.createGroup({ displayName: `Group ${index}` });
    platform.directory.addGroupMember(id, other.id);
  }
  const app = addWebApp(platform, { groupMembershipClaims: "SecurityGroup" });
  const { body } = await redeem(platform, app, { code: await codeFor(platform, app, other) });
  const claims = decodeJwt<{ _claim_sources: { src1: { endpoint: string } } }>(body.id_token);
  const graph = graphAs(platform, `Bearer ${body.access_token}`);
  expect((await graph(claims._claim_sources.src1.endpoint, post)).body.value).toHaveLength(201);
});

describe("memberOf", () => {
  const withoutContext = ({ body }: ReceivedResponse) => {
    const { "@odata.context": _, ...rest } = body;
    return rest;
  };

  test("lists the groups a user is a direct member of, each with its type first", async () => {
    const graph = await graphWith(platform, ["Directory.Read.All"]);
    const { status, headers, body } = await graph(`/v1.0/users/${user.id}/memberOf`);
    expect(status).toBe(200);
    expect(headers.get("x-ms-resource-unit")).toBe("2");
    expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#directoryObjects`);
    expect(body.value.map(({ id }: Group) => id).sort()).toEqual(ids("team", "list").sort());
    const team = body.value.find(({ id }: Group) => id === groups.team.id);
    expect(Object.keys(team)[0]).toBe("@odata.type");
    expect(team).toEqual({
      "@odata.type": "#microsoft.graph.group",
      ...withoutContext(await graph(`/v1.0/groups/${groups.team.id}`)),
    });
  });

  test("transitiveMemberOf includes indirect groups", async () => {
    const graph = await graphWith(platform, ["Directory.Read.All"]);
    const { body } = await graph(`/v1.0/users/${user.id}/transitiveMemberOf${query({ select: "displayName" })}`);
    expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#directoryObjects(displayName)`);
    expect(body.value).toHaveLength(3);
    expect(body.value).toContainEqual({ "@odata.type": "#microsoft.graph.group", displayName: "Region" });
  });

  test("shows only ids to callers who may not read groups", async () => {
    const { body } = await (await asUser("User.Read"))("/v1.0/me/memberOf");
    expect(body.value).toHaveLength(2);
    for (const group of body.value) {
      expect(group).toMatchObject({ "@odata.type": "#microsoft.graph.group", id: expect.any(String) as unknown });
      expect(group).toMatchObject({ displayName: null, securityEnabled: null, groupTypes: [] });
    }
    const { body: named } = await (await asUser("User.Read", "GroupMember.Read.All"))("/v1.0/me/memberOf");
    expect(named.value.map(({ displayName }: Group) => displayName).sort()).toEqual(["List", "Team"]);
  });

  test("cannot be called by a daemon for /me", async () => {
    const { status, body } = await (await graphWith(platform, ["Directory.Read.All"]))("/v1.0/me/memberOf");
    expect([status, body.error.message]).toEqual([
      400,
      "/me request is only valid with delegated authentication flow.",
    ]);
  });

  test("requires more than reading users, transitiveMemberOf does not", async () => {
    const graph = await graphWith(platform, ["User.Read.All"]);
    expect((await graph(`/v1.0/users/${user.id}/memberOf`)).status).toBe(403);
    expect((await graph(`/v1.0/users/${user.id}/transitiveMemberOf`)).body.value).toMatchObject([
      { displayName: null },
      { displayName: null },
      { displayName: null },
    ]);
  });

  test("cannot be filtered here", async () => {
    const graph = await graphWith(platform, ["Directory.Read.All"]);
    const path = `/v1.0/users/${user.id}/memberOf${query({ filter: "displayName eq 'Team'" })}`;
    expect((await graph(path)).body.error.code).toBe("Request_UnsupportedQuery");
  });
});
