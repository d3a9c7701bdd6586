import { type Group, type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt, type JWTPayload } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";
import { addUser, addWebApp, answerOf, authorizePath, codeFor, redeem, signIn } from "../support/signIn.ts";

let platform: Platform;
/** Direct: the user is a member. Around: Direct is a member. List: not a security group. Synced: from on-premises. */
let groups: Readonly<Record<"direct" | "around" | "list" | "synced", Group>>;
let user: User;
beforeAll(async () => {
  platform = await startPlatform();
  user = addUser(platform);
  const { createGroup, addGroupMember } = platform.directory;
  groups = {
    direct: createGroup({ displayName: "Direct" }),
    around: createGroup({ displayName: "Around" }),
    list: createGroup({ displayName: "List", mailEnabled: true, securityEnabled: false }),
    synced: createGroup({
      displayName: "Synced",
      onPremisesSamAccountName: "sales",
      onPremisesDomainName: "corp.contoso.example",
      onPremisesNetBiosName: "CORP",
    }),
  };
  for (const { id } of [groups.direct, groups.list, groups.synced]) {
    addGroupMember(id, user.id);
  }
  addGroupMember(groups.around.id, groups.direct.id);
});
afterAll(() => platform.stop());

type Registration = Partial<Parameters<Platform["directory"]["registerApplication"]>[0]>;

/** The claims of the user's ID token for a web application with this registration. */
async function idToken(registration: Registration, assigned: readonly Group[] = [], owner = user): Promise<JWTPayload> {
  const app = addWebApp(platform, { appRoles: [{ value: "Buyer", allowedMemberTypes: ["User"] }], ...registration });
  for (const { id } of assigned) {
    platform.directory.assignGroup(app.appId, id, "Buyer");
  }
  const { body } = await redeem(platform, app, {
    code: await codeFor(platform, app, owner, { scope: "openid profile" }),
  });
  return decodeJwt(body.id_token);
}

/** The claims of the user's access token for an API with this registration. */
async function accessToken(registration: Registration, client: Registration = {}): Promise<JWTPayload> {
  const api = platform.directory.registerApplication({
    displayName: "Orders",
    scopes: [{ value: "access" }],
    ...registration,
  });
  const requiredResourceAccess = [{ resourceAppId: api.appId, delegatedPermissions: ["access"] }];
  const app = addWebApp(platform, { requiredResourceAccess, ...client });
  const code = await codeFor(platform, app, user, { scope: `openid ${api.appId}/access` });
  return decodeJwt((await redeem(platform, app, { code })).body.access_token);
}

const ids = (...names: readonly (keyof typeof groups)[]) => names.map((name) => groups[name].id);
const memberRole = "b79fbf4d-3ef9-4689-8143-76b194e85509";
const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10";

describe("groupMembershipClaims", () => {
  test.each([undefined, "None"])("%s: no groups", async (groupMembershipClaims) => {
    const claims = await idToken({ groupMembershipClaims });
    expect(claims).not.toHaveProperty("groups");
    expect(claims).not.toHaveProperty("wids");
  });

  test("SecurityGroup: security groups, including those around others", async () => {
    const { groups: found, wids } = await idToken({ groupMembershipClaims: "SecurityGroup" });
    expect(found).toEqual(ids("direct", "around", "synced"));
    expect(wids).toBeUndefined();
  });

  test("All: also mailing lists and directory roles", async () => {
    const { groups: found, wids } = await idToken({ groupMembershipClaims: "All" });
    expect(found).toEqual(ids("direct", "around", "list", "synced"));
    expect(wids).toEqual([memberRole]);
  });

  test("DirectoryRole: only the roles", async () => {
    const other = addUser(platform);
    platform.directory.addDirectoryRole(other.userPrincipalName, "Global Administrator");
    platform.directory.addGroupMember(groups.direct.id, other.id);
    const claims = await idToken({ groupMembershipClaims: "DirectoryRole" }, [], other);
    expect(claims["wids"]).toEqual([globalAdministrator, memberRole]);
    expect(claims).not.toHaveProperty("groups");
  });

  test("ApplicationGroup: assigned groups that the user is a direct member of", async () => {
    const claims = await idToken({ groupMembershipClaims: "ApplicationGroup" }, [groups.direct, groups.around]);
    expect(claims["groups"]).toEqual(ids("direct"));
    expect(claims["roles"]).toEqual(["Buyer"]);
  });

  test("several, separated by commas: everything they stand for, once", async () => {
    const groupMembershipClaims = "ApplicationGroup, SecurityGroup,DirectoryRole";
    const { groups: found, wids } = await idToken({ groupMembershipClaims }, [groups.direct]);
    expect(found).toEqual(ids("direct", "around", "synced"));
    expect(wids).toEqual([memberRole]);
  });

  test("a user without groups has no claim", async () => {
    const claims = await idToken({ groupMembershipClaims: "SecurityGroup" }, [], addUser(platform));
    expect(claims).not.toHaveProperty("groups");
  });

  test("an unknown value is refused when the application is registered", () => {
    expect(() => addWebApp(platform, { groupMembershipClaims: "SecurityGroups" })).toThrow(
      "groupMembershipClaims is SecurityGroups; use one or more of None, SecurityGroup, DirectoryRole, ApplicationGroup, All",
    );
  });
});

describe("access tokens", () => {
  test("have the groups that the API asks for, sorted among the other claims", async () => {
    const claims = await accessToken({ groupMembershipClaims: "SecurityGroup", requestedAccessTokenVersion: 2 });
    expect(claims["groups"]).toEqual(ids("direct", "around", "synced"));
    expect(Object.keys(claims)).toEqual([
      ...["aud", "iss", "iat", "nbf", "exp", "aio", "azp", "azpacr", "groups", "name", "oid", "preferred_username"],
      ...["rh", "scp", "sid", "sub", "tid", "uti", "ver", "xms_ftd"],
    ]);
  });

  test("have none that only the client asks for", async () => {
    expect(await accessToken({}, { groupMembershipClaims: "All" })).not.toHaveProperty("groups");
  });

  test("of an application without a user have none, whatever groups it is in", async () => {
    const daemon = registerDaemon(platform);
    platform.directory.addGroupMember(groups.direct.id, daemon.servicePrincipalId);
    platform.directory.registerApplication({
      displayName: "Stock",
      identifierUris: ["api://stock"],
      groupMembershipClaims: "All",
    });
    const form = tokenForm(daemon, { scope: "api://stock/.default" });
    const claims = decodeJwt((await postForm(platform, tokenPath(platform), form)).body.access_token);
    expect(claims).not.toHaveProperty("groups");
  });
});

describe("an optional claim groups", () => {
  const written = (additionalProperties: readonly string[], more: Registration = {}): Registration => ({
    groupMembershipClaims: "SecurityGroup",
    optionalClaims: { idToken: [{ name: "groups", additionalProperties }] },
    ...more,
  });

  test.each([
    ["sam_account_name", "sales"],
    ["dns_domain_and_sam_account_name", "corp.contoso.example\\sales"],
    ["netbios_domain_and_sam_account_name", "CORP\\sales"],
  ])("with %s names an on-premises group %s, and others by id", async (property, name) => {
    expect((await idToken(written([property])))["groups"]).toEqual([...ids("direct", "around"), name]);
  });

  test("uses the first of several formats", async () => {
    const claims = await idToken(written(["netbios_domain_and_sam_account_name", "sam_account_name"]));
    expect(claims["groups"]).toContain("CORP\\sales");
  });

  test("with cloud_displayname names assigned cloud groups", async () => {
    const registration = written(["sam_account_name", "cloud_displayname"], {
      groupMembershipClaims: "ApplicationGroup",
    });
    expect((await idToken(registration, [groups.direct, groups.synced]))["groups"]).toEqual(["Direct", "sales"]);
  });

  test("with cloud_displayname keeps the ids of groups that are not explicitly assigned", async () => {
    const registration = written(["cloud_displayname"], { groupMembershipClaims: "SecurityGroup,ApplicationGroup" });
    expect((await idToken(registration, [groups.direct]))["groups"]).toEqual(ids("direct", "around", "synced"));
  });

  test("with emit_as_roles replaces app roles with groups", async () => {
    const claims = await idToken(written(["emit_as_roles"]), [groups.direct]);
    expect(claims["roles"]).toEqual(ids("direct", "around", "synced"));
    expect(claims).not.toHaveProperty("groups");
  });

  test("with emit_as_roles leaves no roles to a user without groups", async () => {
    const app = addWebApp(
      platform,
      written(["emit_as_roles"], { appRoles: [{ value: "Buyer", allowedMemberTypes: ["User"] }] }),
    );
    const other = addUser(platform);
    platform.directory.assignUser(app.appId, other.userPrincipalName, "Buyer");
    const { body } = await redeem(platform, app, { code: await codeFor(platform, app, other) });
    expect(decodeJwt(body.id_token)).not.toHaveProperty("roles");
  });

  test("for the other kind of token has no effect", async () => {
    const registration = {
      groupMembershipClaims: "SecurityGroup",
      optionalClaims: { accessToken: [{ name: "groups", additionalProperties: ["sam_account_name"] }] },
    };
    expect((await idToken(registration))["groups"]).toEqual(ids("direct", "around", "synced"));
    expect((await accessToken(registration))["groups"]).toContain("sales");
  });
});

describe("too many groups", () => {
  let member: User;
  beforeEach(() => {
    member = addUser(platform);
  });

  function join(count: number, { directory } = platform, { id: memberId } = member): void {
    for (let index = 0; index < count; index++) {
      const { id } = directory.createGroup({ displayName: `Group ${index}` });
      directory.addGroupMember(id, memberId);
    }
  }

  const registration = { groupMembershipClaims: "SecurityGroup" };

  test("are more than 200, and then the token says where to query them", async () => {
    join(200);
    expect((await idToken(registration, [], member))["groups"]).toHaveLength(200);
    join(1);
    const claims = await idToken(registration, [], member);
    expect(claims).not.toHaveProperty("groups");
    expect(claims).toMatchObject({
      _claim_names: { groups: "src1" },
      _claim_sources: { src1: { endpoint: `${platform.url}/v1.0/users/${member.id}/getMemberObjects` } },
    });
    expect(Object.keys(claims).slice(0, 8)).toEqual([
      "aud",
      "iss",
      "iat",
      "nbf",
      "exp",
      "_claim_names",
      "_claim_sources",
      "aio",
    ]);
  });

  test("are queried at the real service if the platform stands in for it", async () => {
    const standIn = await startPlatform({ mode: "interception" });
    const member = addUser(standIn);
    join(201, standIn, member);
    const app = addWebApp(standIn, registration);
    const { body } = await redeem(standIn, app, { code: await codeFor(standIn, app, member) });
    expect(decodeJwt(body.id_token)["_claim_sources"]).toEqual({
      src1: { endpoint: `https://graph.windows.net/${standIn.tenant.id}/users/${member.id}/getMemberObjects` },
    });
    await standIn.stop();
  });

  test.each([
    [5, "fragment", { groups: expect.any(Array) as unknown }],
    [6, "fragment", { hasgroups: true }],
    [6, "form_post", { groups: expect.any(Array) as unknown }],
  ])("for a URL are more than five: %i by %s", async (count, responseMode, expected) => {
    join(count);
    const app = addWebApp(platform, { ...registration, implicitGrant: { idTokens: true } });
    const changes = { response_type: "id_token", response_mode: responseMode, scope: "openid", nonce: "n" };
    const visited = await signIn(openBrowser(platform), authorizePath(platform, app, changes), member);
    const posted = /name="id_token" value="([^"]+)"/.exec(visited.html)?.[1];
    const claims = decodeJwt(posted ?? answerOf(visited)["id_token"] ?? "");
    expect(claims).toMatchObject(expected);
    expect("groups" in claims).toBe("groups" in expected);
    expect(claims).not.toHaveProperty("_claim_names");
  });
});
