import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { graphScope, postForm, tokenPath } from "../../support/daemon.ts";
import { type Graph, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
let appId: string;
let applicationId: string;
let principalId: string;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Application.ReadWrite.All"]);
});
afterAll(() => platform.stop());
beforeEach(() => {
  const { id, servicePrincipalId, ...registered } = platform.directory.registerApplication({ displayName: "Pipeline" });
  [appId, applicationId, principalId] = [registered.appId, id, servicePrincipalId ?? ""];
});

const post = (path: string, body: unknown, as: Graph = graph) => as(`/v1.0/${path}`, { method: "POST", body });

async function addSecret() {
  const passwordCredential = { displayName: "rbac" };
  return (await post(`servicePrincipals/${principalId}/addPassword`, { passwordCredential })).body;
}

async function tokenStatus(client_secret: string): Promise<number> {
  const form = { grant_type: "client_credentials", client_id: appId, client_secret, scope: graphScope };
  return (await postForm(platform, tokenPath(platform), form)).status;
}

async function shown(path: string) {
  const { body } = await graph(`/v1.0/${path}?$select=passwordCredentials`);
  return body.passwordCredentials;
}

test("a service principal has its own secrets, whose text is shown once", async () => {
  const { secretText, keyId, hint } = await addSecret();
  expect(await shown(`servicePrincipals/${principalId}`)).toMatchObject([
    { keyId, hint, displayName: "rbac", secretText: null },
  ]);
  expect(await shown(`applications/${applicationId}`)).toEqual([]);
  expect(await tokenStatus(secretText)).toBe(200);
});

test("secrets of the application and of the service principal are valid until they are removed", async () => {
  const own = platform.directory.addPassword(appId);
  const { secretText, keyId } = await addSecret();
  expect([await tokenStatus(own.secretText), await tokenStatus(secretText)]).toEqual([200, 200]);
  const remove = () => post(`servicePrincipals/${principalId}/removePassword`, { keyId });
  expect([(await remove()).status, (await remove()).status]).toEqual([204, 400]);
  expect([await tokenStatus(own.secretText), await tokenStatus(secretText)]).toEqual([200, 401]);
});

test("actions on an application do not affect the secrets of its service principal", async () => {
  const { keyId, secretText } = await addSecret();
  expect((await post(`applications/${applicationId}/removePassword`, { keyId })).status).toBe(400);
  expect(await tokenStatus(secretText)).toBe(200);
});

test("a restored service principal has its secrets again", async () => {
  const { secretText } = await addSecret();
  await graph(`/v1.0/servicePrincipals/${principalId}`, { method: "DELETE" });
  expect(await tokenStatus(secretText)).not.toBe(200);
  expect((await post(`directory/deletedItems/${principalId}/restore`, undefined)).status).toBe(200);
  expect(await tokenStatus(secretText)).toBe(200);
});

test("delta reports them", async () => {
  const { body } = await graph("/v1.0/servicePrincipals/delta?$select=passwordCredentials&$deltatoken=latest");
  await addSecret();
  const changes = await graph(body["@odata.deltaLink"]);
  expect(changes.body.value).toMatchObject([{ id: principalId, passwordCredentials: [{ secretText: null }] }]);
});

test("permission to read applications is not enough to add one", async () => {
  const reader = await graphWith(platform, ["Application.Read.All"]);
  expect((await post(`servicePrincipals/${principalId}/addPassword`, {}, reader)).status).toBe(403);
});
