import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Graph, graphWith, query } from "../../support/graph.ts";
import { addUser, addWebApp, codeFor, redeem, type WebApp } from "../../support/signIn.ts";

let platform: Platform;
let graph: Graph;
let app: WebApp;
let user: User;
let clientId: string;
let resourceId: string;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["DelegatedPermissionGrant.ReadWrite.All", "Application.Read.All"]);
  user = addUser(platform);
});
afterAll(() => platform.stop());
beforeEach(async () => {
  app = addWebApp(platform, { consent: false });
  const idOf = async (appId: string) => (await graph(`/v1.0/servicePrincipals(appId='${appId}')`)).body.id;
  clientId = await idOf(app.appId);
  resourceId = await idOf("00000003-0000-0000-c000-000000000000");
});

const post = (changes: object = {}) =>
  graph("/v1.0/oauth2PermissionGrants", {
    method: "POST",
    body: { clientId, consentType: "AllPrincipals", principalId: null, resourceId, scope: "User.Read", ...changes },
  });
const scopes = async () => {
  const scope = "https://graph.microsoft.com/.default";
  const { body } = await redeem(platform, app, { code: await codeFor(platform, app, user, { scope }) });
  return decodeJwt(body.access_token)["scp"];
};

test("a grant is returned in Graph's format, with an id derived from the ids involved", async () => {
  const { status, body } = await post();
  expect(status).toBe(201);
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      "@odata.context": `${platform.url}/v1.0/$metadata#oauth2PermissionGrants/$entity`,
      clientId,
      consentType: "AllPrincipals",
      id: body.id,
      principalId: null,
      resourceId,
      scope: "User.Read",
    }),
  );
  expect(body.id).toMatch(/^[\w-]{43}$/);
  expect((await graph(`/v1.0/oAuth2PermissionGrants/${body.id}`)).body).toEqual(body);
});

test("there is one grant for each client, resource and principal", async () => {
  await post();
  const { status, body } = await post({ scope: "User.Read.All" });
  expect([status, body.error.code, body.error.message]).toEqual([
    409,
    "Request_MultipleObjectsWithSameKeyValue",
    "Permission entry already exists.",
  ]);
  expect((await post({ consentType: "Principal", principalId: user.id })).body.id).toMatch(/^[\w-]{64}$/);
});

test("tokens contain what is granted when they are issued", async () => {
  const { id } = (await post()).body;
  expect(await scopes()).toBe("User.Read");
  const body = { scope: "User.Read User.ReadBasic.All" };
  expect((await graph(`/v1.0/oauth2PermissionGrants/${id}`, { method: "PATCH", body })).status).toBe(204);
  expect(await scopes()).toBe("User.Read User.ReadBasic.All");
});

test("after a grant is removed, consent is requested again", async () => {
  const { id } = (await post()).body;
  const remove = () => graph(`/v1.0/oauth2PermissionGrants/${id}`, { method: "DELETE" });
  expect((await remove()).status).toBe(204);
  expect((await remove()).status).toBe(404);
  await expect(scopes()).rejects.toThrow();
});

test("grants are listed for the tenant, the client and the user", async () => {
  const ofAll = (await post()).body.id;
  const ofOne = (await post({ consentType: "Principal", principalId: user.id })).body.id;
  const found = async (path: string) =>
    (await graph(path)).body.value
      .map(({ id }: { id: string }) => id)
      .filter((id: string) => [ofAll, ofOne].includes(id));
  const byClient = query({ filter: `clientId eq '${clientId}'` });
  expect((await found(`/v1.0/oauth2PermissionGrants${byClient}`)).sort()).toEqual([ofAll, ofOne].sort());
  expect((await found(`/v1.0/servicePrincipals/${clientId}/oauth2PermissionGrants`)).sort()).toEqual(
    [ofAll, ofOne].sort(),
  );
  expect(await found(`/v1.0/users/${user.id}/oauth2PermissionGrants`)).toEqual([ofOne]);
});

test.each([
  [{ consentType: "Everybody" }, 400],
  [{ consentType: "Principal" }, 400],
  [{ principalId: "a1de0000-0000-4000-8000-000000000002" }, 400],
  [{ clientId: "a1de0000-0000-4000-8000-000000000002" }, 404],
  [{ resourceId: undefined }, 400],
])("a grant with %j is %i", async (changes, status) => {
  expect((await post(changes)).status).toBe(status);
});

test("reading grants does not require permission to change them", async () => {
  const reader = await graphWith(platform, ["Directory.Read.All"]);
  expect((await reader("/v1.0/oauth2PermissionGrants")).status).toBe(200);
  expect((await reader("/v1.0/oauth2PermissionGrants", { method: "POST", body: {} })).status).toBe(403);
});
