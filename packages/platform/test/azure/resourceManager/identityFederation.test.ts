import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt, exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { azureCliAppId } from "../../../src/directory/wellKnown.ts";
import {
  graphScope,
  postForm,
  registerDaemon,
  type TokenResponse,
  tokenForm,
  tokenPath,
} from "../../support/daemon.ts";
import { graphWith } from "../../support/graph.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const subscription = "/subscriptions/5d2f8a12-0000-4000-8000-000000000001";
const subject = "system:serviceaccount:orders:worker";
const audience = "api://AzureADTokenExchange";
const audiences = [audience];
let platform: Platform;
let server: Server;
let issuer: string;
let administrator: string;
let identity: string;
let clientId: string;
let count = 0;

beforeAll(async () => {
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "k1" }] };
  server = createServer((request, response) => {
    const isConfiguration = request.url === "/.well-known/openid-configuration";
    response.end(JSON.stringify(isConfiguration ? { issuer, jwks_uri: `${issuer}/keys` } : keys));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  platform = await startPlatform();
  const { userPrincipalName: username, password } = platform.tenant.administrator;
  const scope = "https://management.core.windows.net//.default";
  const form = { grant_type: "password", client_id: azureCliAppId, username, password, scope };
  administrator = (await postForm(platform, tokenPath(platform), form)).body.access_token;
  await send("PUT", `${subscription}/resourceGroups/cluster`, { location: "westeurope" });
});
afterAll(async () => {
  await platform.stop();
  server.close();
});
beforeEach(async () => {
  count++;
  identity = `${subscription}/resourcegroups/cluster/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker${count}`;
  clientId = (await send("PUT", identity, { location: "westeurope" })).body.properties.clientId;
});

async function send(method: string, path: string, body?: unknown, bearer = administrator): Promise<TokenResponse> {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const url = `${platform.url}${path}?api-version=2023-01-31`;
  const response = await platform.fetch(new Request(url, { method, headers, ...sent }));
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text || "null") };
}

const pathOf = (name: string): string => `${identity}/federatedIdentityCredentials/${name}`;
const add = (name: string, properties: object = { issuer, subject, audiences }) =>
  send("PUT", pathOf(name), { properties });

/** Gets a token as a workload does, with its cluster's token in place of a secret. */
async function exchange(sub = subject): Promise<TokenResponse> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, sub, aud: audience, nbf: now, exp: now + 600 };
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "k1" }).sign(privateKey);
  return postForm(platform, tokenPath(platform), {
    grant_type: "client_credentials",
    client_id: clientId,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope: graphScope,
  });
}

test("a credential is created, returned, listed, updated and deleted", async () => {
  const created = await add("Cluster");
  const shown = {
    id: pathOf("Cluster"),
    name: "Cluster",
    type: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    properties: { issuer, subject, audiences },
  };
  expect([created.status, created.body]).toEqual([201, shown]);
  expect((await send("GET", pathOf("cluster"))).body).toEqual(shown);
  expect((await send("GET", `${identity}/federatedIdentityCredentials`)).body).toEqual({ value: [shown] });
  const changed = await add("CLUSTER", { issuer, subject: "another", audiences });
  const properties = { issuer, subject: "another", audiences };
  expect([changed.status, changed.body]).toEqual([200, { ...shown, properties }]);
  expect((await send("GET", pathOf("Cluster"))).body.properties).toEqual(properties);
  expect((await send("DELETE", pathOf("cluster"))).status).toBe(200);
  expect((await send("DELETE", pathOf("cluster"))).status).toBe(204);
  expect((await send("GET", pathOf("cluster"))).body.error.code).toBe("ResourceNotFound");
});

test("a workload exchanges its issuer's token for the identity's token, with its roles", async () => {
  expect((await exchange()).body.error_codes).toEqual([700016]);
  await add("cluster");
  const { objectId } = platform.directory.listManagedIdentities().find((each) => each.clientId === clientId) ?? {};
  const graph = await graphWith(platform, ["AppRoleAssignment.ReadWrite.All", "Application.Read.All"]);
  const [{ id: resourceId }] = (await graph("/v1.0/servicePrincipals?$filter=displayName eq 'Microsoft Graph'")).body
    .value;
  const appRoleId = "df021288-bdef-4463-88db-98f22de89214";
  const path = `/v1.0/servicePrincipals/${objectId}/appRoleAssignments`;
  await graph(path, { method: "POST", body: { principalId: objectId, resourceId, appRoleId } });
  const { status, body } = await exchange();
  expect([status, decodeJwt(body.access_token)]).toMatchObject([
    200,
    { appid: clientId, oid: objectId, idtyp: "app", roles: ["User.Read.All"] },
  ]);
});

test("another subject gets no token, nor does any subject once the credential or the identity is deleted", async () => {
  await add("cluster");
  expect((await exchange("someone-else")).body.error).toBe("invalid_client");
  await send("DELETE", pathOf("cluster"));
  expect((await exchange()).body.error).toBe("invalid_client");
  await add("cluster");
  expect((await exchange()).status).toBe(200);
  await send("DELETE", identity);
  expect((await exchange()).body.error_codes).toEqual([700016]);
  const again = await send("PUT", identity, { location: "westeurope" });
  expect(again.body.properties.clientId).not.toBe(clientId);
  expect((await send("GET", `${identity}/federatedIdentityCredentials`)).body).toEqual({ value: [] });
});

test("an identity that is created again with the same client id has no credentials", async () => {
  await add("cluster");
  await send("DELETE", identity);
  const again = { displayName: "worker", assignment: "user", resourceId: identity, clientId } as const;
  platform.directory.registerManagedIdentity(again);
  expect((await send("GET", `${identity}/federatedIdentityCredentials`)).body).toEqual({ value: [] });
  expect((await exchange()).body.error_codes).toEqual([700016]);
});

test("it is not a registration of the tenant", async () => {
  await add("cluster");
  const graph = await graphWith(platform, ["Application.Read.All"]);
  expect((await graph(`/v1.0/applications?$filter=appId eq '${clientId}'`)).body.value).toEqual([]);
  expect((await graph(`/v1.0/applications(appId='${clientId}')`)).status).toBe(404);
});

test.each([
  ["without an issuer", { subject, audiences }, "issuer and subject are required"],
  ["without an audience", { issuer: "https://a.example", subject }, "audiences is required, with exactly one audience"],
  ["with two audiences", { issuer: "https://a.example", subject, audiences: ["a", "b"] }, "with exactly one audience"],
  ["with an issuer that is not a URL", { issuer: "cluster", subject, audiences }, "an issuer is a URL"],
])("%s it is refused", async (_, properties, message) => {
  const { status, body } = await add("cluster", properties);
  expect([status, body.error.code, body.error.message]).toEqual([400, "BadRequest", expect.stringContaining(message)]);
});

test("a second credential with the same issuer and subject is refused", async () => {
  await add("cluster");
  expect((await add("cluster2")).status).toBe(400);
});

test("an unknown identity has none, and a user without the role cannot add one", async () => {
  const missing = identity.replace(/worker\d+$/, "nobody");
  expect((await send("GET", `${missing}/federatedIdentityCredentials`)).body.error.code).toBe("ResourceNotFound");
  const form = tokenForm(registerDaemon(platform), { scope: "https://management.core.windows.net//.default" });
  const { access_token } = (await postForm(platform, tokenPath(platform), form)).body;
  const refused = await send("PUT", pathOf("cluster"), { properties: { issuer, subject, audiences } }, access_token);
  expect([refused.status, refused.body.error.code]).toEqual([403, "AuthorizationFailed"]);
});
