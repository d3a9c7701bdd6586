import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { azureCliAppId, portalServiceAppId } from "../../src/directory/wellKnown.ts";
import { type Daemon, postForm, registerDaemon, type TokenResponse, tokenForm, tokenPath } from "../support/daemon.ts";
import { addUser, password } from "../support/signIn.ts";

const resource = `${portalServiceAppId}/.default`;
let platform: Platform;
let administrator: string;
beforeAll(async () => {
  platform = await startPlatform();
  administrator = await tokenOf(platform.tenant.administrator);
});
afterAll(() => platform.stop());

/** An Azure CLI token for a user. */
async function tokenOf(user: { userPrincipalName: string; password: string }, scope = resource): Promise<string> {
  const { userPrincipalName: username, password: secret } = user;
  const form = { client_id: azureCliAppId, grant_type: "password", username, password: secret, scope };
  const { body } = await postForm(platform, tokenPath(platform), form);
  return body.access_token;
}

async function consent(
  appId: string,
  bearer: string | undefined,
  query = "?onBehalfOfAll=true",
): Promise<TokenResponse> {
  const url = `${platform.url}/api/RegisteredApplications/${appId}/Consent${query}`;
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const response = await platform.fetch(new Request(url, { method: "POST", headers }));
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === "" ? {} : JSON.parse(text) };
}

async function rolesOf(daemon: Daemon): Promise<unknown> {
  const { body } = await postForm(platform, tokenPath(platform), tokenForm(daemon));
  return decodeJwt(body.access_token)["roles"];
}

function register(): Daemon {
  const daemon = registerDaemon(platform);
  const permissions = ["User.Read.All", "Group.Read.All"];
  platform.directory.setRequiredResourceAccess(daemon.appId, [{ name: "Microsoft Graph", permissions }]);
  return daemon;
}

test("an administrator consents to everything a registration declares", async () => {
  const daemon = register();
  expect(await rolesOf(daemon)).toBeUndefined();
  expect(await consent(daemon.appId, administrator)).toMatchObject({ status: 204, text: "" });
  expect(await rolesOf(daemon)).toEqual(["User.Read.All", "Group.Read.All"]);
  expect(platform.events.findLast(({ type }) => type === "consent")).toMatchObject({
    status: 204,
    clientId: daemon.appId,
    why: expect.stringMatching(/^admin@\S+ granted .* admin consent for Contoso$/),
    permissions: expect.arrayContaining(["User.Read.All", "Group.Read.All"]),
  });
});

test("consent a second time changes nothing", async () => {
  const daemon = register();
  for (const _ of ["first", "second"]) {
    expect((await consent(daemon.appId, administrator)).status).toBe(204);
  }
  expect(await rolesOf(daemon)).toEqual(["User.Read.All", "Group.Read.All"]);
});

test("a user who is not an administrator is refused", async () => {
  const daemon = register();
  const { userPrincipalName } = addUser(platform);
  const { status, body } = await consent(daemon.appId, await tokenOf({ userPrincipalName, password }));
  expect([status, body.error.code]).toEqual([403, "Forbidden"]);
  expect(await rolesOf(daemon)).toBeUndefined();
  expect(platform.events.at(-2)?.why).toBe(`${userPrincipalName} is not an administrator of Contoso`);
});

test("an application is refused, whatever its roles", async () => {
  const daemon = register();
  const form = tokenForm(registerDaemon(platform, ["Application.ReadWrite.All"]), { scope: resource });
  const { body } = await postForm(platform, tokenPath(platform), form);
  expect((await consent(daemon.appId, body.access_token)).status).toBe(403);
  expect(await rolesOf(daemon)).toBeUndefined();
});

test.each([
  ["no token", async () => undefined],
  ["a token for Graph", () => tokenOf(platform.tenant.administrator, "https://graph.microsoft.com/.default")],
  ["a changed token", async () => `${administrator.slice(0, -4)}${administrator.endsWith("AAAA") ? "BBBB" : "AAAA"}`],
])("%s is refused with 401", async (_, token) => {
  const daemon = register();
  expect((await consent(daemon.appId, await token())).status).toBe(401);
  expect(await rolesOf(daemon)).toBeUndefined();
});

test("an unregistered application is not found", async () => {
  const { status, body } = await consent("11111111-2222-4333-8444-555555555555", administrator);
  expect([status, body.error.code]).toEqual([404, "NotFound"]);
});

test("the response names an API that is missing from the tenant", async () => {
  const api = platform.directory.registerApplication({ displayName: "Gone", appRoles: [{ value: "Enter" }] });
  const daemon = register();
  platform.directory.setRequiredResourceAccess(daemon.appId, [{ resourceAppId: api.appId, permissions: ["Enter"] }]);
  platform.directory.deleteApplication(api.appId);
  const { status, body } = await consent(daemon.appId, administrator);
  expect([status, body.error.code]).toEqual([400, "AADSTS650052"]);
});

test("consent for one user is refused", async () => {
  const daemon = register();
  for (const query of ["", "?onBehalfOfAll=false"]) {
    expect((await consent(daemon.appId, administrator, query)).status).toBe(400);
  }
  expect(await rolesOf(daemon)).toBeUndefined();
});
