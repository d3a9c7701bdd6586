import { type Group, type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";
import { addUser, addWebApp, authorizePath, codeFor, redeem, signIn, type WebApp } from "../support/signIn.ts";

let platform: Platform;
let app: WebApp;
let user: User;
let team: Group;
let region: Group;
beforeAll(async () => {
  platform = await startPlatform();
});
beforeEach(() => {
  app = addWebApp(platform, {
    identifierUris: ["api://shop"],
    scopes: [{ value: "access" }],
    appRoles: [
      { value: "Buyer", allowedMemberTypes: ["User", "Application"] },
      { value: "Approver", allowedMemberTypes: ["User"] },
    ],
  });
  user = addUser(platform);
  // The user is in the team, the team in the region.
  [team, region] = [
    platform.directory.createGroup({ displayName: "Team" }),
    platform.directory.createGroup({ displayName: "Region" }),
  ];
  platform.directory.addGroupMember(team.id, user.id);
  platform.directory.addGroupMember(region.id, team.id);
  return () => platform.directory.deleteApplication(app.appId);
});
afterAll(() => platform.stop());

async function rolesIn(token: "id_token" | "access_token", scope = "openid"): Promise<unknown> {
  const { body } = await redeem(platform, app, { code: await codeFor(platform, app, user, { scope }) });
  return decodeJwt(body[token])["roles"];
}

describe("app roles", () => {
  test("of a user's group are in the ID token, after the user's own", async () => {
    platform.directory.assignUser(app.appId, user.userPrincipalName, "Approver");
    platform.directory.assignGroup(app.appId, team.id, "Buyer");
    expect(await rolesIn("id_token")).toEqual(["Approver", "Buyer"]);
  });

  test("of a user's group are in the access token for the API", async () => {
    platform.directory.setRequiredResourceAccess(app.appId, [
      { resourceAppId: app.appId, delegatedPermissions: ["access"] },
    ]);
    platform.directory.grantAdminConsent(app.appId);
    platform.directory.assignGroup(app.appId, team.id, "Buyer");
    expect(await rolesIn("access_token", `${app.appId}/access`)).toEqual(["Buyer"]);
  });

  test("of both user and group are there once", async () => {
    platform.directory.assignGroup(app.appId, team.id, "Buyer");
    platform.directory.assignUser(app.appId, user.userPrincipalName, "Buyer");
    expect(await rolesIn("id_token")).toEqual(["Buyer"]);
  });

  test("of a group around the user's group do not count", async () => {
    platform.directory.assignGroup(app.appId, region.id, "Buyer");
    expect(await rolesIn("id_token")).toBeUndefined();
  });

  test("end with the membership", async () => {
    platform.directory.assignGroup(app.appId, team.id, "Buyer");
    platform.directory.removeGroupMember(team.id, user.id);
    expect(await rolesIn("id_token")).toBeUndefined();
  });

  test("of a group do not apply to the applications in it", async () => {
    const daemon = registerDaemon(platform);
    platform.directory.addGroupMember(team.id, daemon.servicePrincipalId);
    platform.directory.assignGroup(app.appId, team.id, "Buyer");
    const { body } = await postForm(platform, tokenPath(platform), tokenForm(daemon, { scope: "api://shop/.default" }));
    expect(decodeJwt(body.access_token)).not.toHaveProperty("roles");
  });

  test("cannot be assigned to a group that is not security-enabled", () => {
    const list = platform.directory.createGroup({ displayName: "List", mailEnabled: true, securityEnabled: false });
    expect(() => platform.directory.assignGroup(app.appId, list.id, "Buyer")).toThrow(
      "Group List cannot be assigned: its securityEnabled is false",
    );
  });
});

describe("where assignment is required", () => {
  beforeEach(() => platform.directory.setAssignmentRequired(app.appId, true));

  test("a direct member of an assigned group signs in", async () => {
    platform.directory.assignGroup(app.appId, team.id);
    expect(await codeFor(platform, app, user)).toMatch(/./);
  });

  test("a member of a nested group does not: AADSTS50105", async () => {
    platform.directory.assignGroup(app.appId, region.id);
    const visited = await signIn(openBrowser(platform), authorizePath(platform, app), user);
    expect(visited.html).toContain("AADSTS50105");
    expect(platform.events.at(-1)?.why).toContain("a group the user is a direct member of");
  });

  test("a user who left the group gets no more tokens: AADSTS50105", async () => {
    platform.directory.assignGroup(app.appId, team.id);
    const { body } = await redeem(platform, app, { code: await codeFor(platform, app, user) });
    platform.directory.removeGroupMember(team.id, user.id);
    const response = await redeem(platform, app, { refresh_token: body.refresh_token });
    expect(response.body.error_codes).toEqual([50105]);
  });
});
