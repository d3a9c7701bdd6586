import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "./support/browser.ts";
import { type Daemon, getJson, graphScope, postForm, registerDaemon, tokenForm, tokenPath } from "./support/daemon.ts";
import {
  addUser,
  addWebApp,
  answerOf,
  authorizePath,
  type Changes,
  challenge,
  codeFor,
  redeem,
  signIn,
  verifier,
  type WebApp,
} from "./support/signIn.ts";

// Each test is about something that another local platform was seen to get wrong.

let platform: Platform;
let daemon: Daemon;
let app: WebApp;
let user: User;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform, ["User.Read.All"]);
  platform.directory.registerApplication({
    displayName: "Orders",
    identifierUris: ["api://orders"],
    requestedAccessTokenVersion: 2,
  });
  app = addWebApp(platform, { implicitGrant: { idTokens: true, accessTokens: true } });
  user = addUser(platform);
});
afterAll(() => platform.stop());

const appToken = (changes: Changes = {}, version: 1 | 2 = 2) =>
  postForm(platform, tokenPath(platform, version), tokenForm(daemon, changes));
const userTokens = async (changes: Changes = {}) =>
  redeem(platform, app, { code: await codeFor(platform, app, user), ...changes });
const document = async () =>
  (await getJson(platform, `/${platform.tenant.id}/v2.0/.well-known/openid-configuration`)).body;
const statusOf = async (path: string, init?: RequestInit) =>
  (await platform.fetch(new Request(new URL(path, platform.url), init))).status;

test("1: a token endpoint without a tenant does not exist", async () => {
  for (const path of ["/oauth2/v2.0/token", "/oauth2/token", "/v2.0/token", "/token"]) {
    const body = new URLSearchParams(tokenForm(daemon));
    expect([path, await statusOf(path, { method: "POST", body })]).toEqual([path, 404]);
  }
});

test.each([graphScope, "api://orders/.default"])("2: an access token for %s is a JWT", async (scope) => {
  const { body } = await appToken({ scope });
  expect(decodeProtectedHeader(body.access_token)).toMatchObject({ typ: "JWT", alg: "RS256" });
});

test("3: an application without a user cannot request a single permission", async () => {
  expect((await appToken({ scope: "User.Read" })).body.error_codes).toEqual([1002012]);
});

test("4: an unknown client and a wrong secret get nothing", async () => {
  expect((await appToken({ client_id: "11111111-2222-3333-4444-555555555555" })).status).toBe(400);
  expect((await appToken({ client_secret: `${daemon.secret}x` })).status).toBe(401);
});

test("5: a refresh token stays valid after it was used", async () => {
  const { refresh_token } = (await userTokens()).body;
  const statuses = [];
  for (const _ of [1, 2, 3]) {
    statuses.push((await redeem(platform, app, { refresh_token })).status);
  }
  expect(statuses).toEqual([200, 200, 200]);
});

test("6: version 1 writes expires_in as text", async () => {
  const { body } = await appToken({ scope: undefined, resource: "https://graph.microsoft.com" }, 1);
  expect(body.expires_in).toMatch(/^\d+$/);
});

test("7: a token for Graph is a version 1 token for Graph, also at the version 2 endpoint and for a user", async () => {
  for (const { body } of [await appToken(), await userTokens()]) {
    const { ver, aud } = decodeJwt(body.access_token);
    expect(ver).toBe("1.0");
    expect(aud).toMatch(/^(https:\/\/graph\.microsoft\.com|00000003-0000-0000-c000-000000000000)$/);
  }
});

test("8: the response to an application without a user has no scope", async () => {
  expect((await appToken()).body).not.toHaveProperty("scope");
});

test.each(["/v1.0/users", "/v1.0/nothing/like/it", "/beta/me"])("9: Graph without a token: 401 at %s", async (path) => {
  expect(await statusOf(path)).toBe(401);
});

test("10: an error has codes, trace id and correlation id", async () => {
  expect((await appToken({ client_secret: "wrong" })).body).toMatchObject({
    error_codes: [7000215],
    trace_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    correlation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test("11: the causes of one OAuth error have different codes, and so have unknown values", async () => {
  const { secretText: expired } = platform.directory.addPassword(daemon.appId, { startMs: 0, endMs: 1 });
  const unknownId = "11111111-2222-3333-4444-555555555555";
  const changes: Changes[] = [
    { client_secret: "wrong" },
    { client_secret: undefined },
    { client_secret: expired },
    { client_id: unknownId },
    { scope: "api://unknown/.default" },
  ];
  const errors = [];
  for (const change of changes) {
    const { error, error_codes: codes } = (await appToken(change)).body;
    errors.push([error, ...codes]);
  }
  expect(errors).toEqual([
    ["invalid_client", 7000215],
    ["invalid_client", 7000216],
    ["invalid_client", 7000222],
    ["unauthorized_client", 700016],
    ["invalid_resource", 500011],
  ]);
});

test("12: PKCE is not skipped, and a redirect URI is checked in both requests", async () => {
  const code = () => codeFor(platform, app, user, { code_challenge: challenge, code_challenge_method: "S256" });
  expect((await redeem(platform, app, { code: await code() })).status).toBe(400);
  expect((await redeem(platform, app, { code: await code(), code_verifier: `${verifier}x` })).status).toBe(400);
  const elsewhere = { redirect_uri: "https://app.example/elsewhere" };
  expect((await userTokens(elsewhere)).body.error_codes).toEqual([500112]);
  const visited = await openBrowser(platform).get(authorizePath(platform, app, elsewhere));
  expect([visited.status, visited.location]).toEqual([400, null]);
});

test("13: a code is bound to the method of its challenge", async () => {
  const byHash = await codeFor(platform, app, user, { code_challenge: challenge, code_challenge_method: "S256" });
  expect((await redeem(platform, app, { code: byHash, code_verifier: challenge })).status).toBe(400);
  const plain = await codeFor(platform, app, user, { code_challenge: challenge, code_challenge_method: "plain" });
  expect((await redeem(platform, app, { code: plain, code_verifier: verifier })).status).toBe(400);
});

test("14: client_info identifies the account", async () => {
  const { client_info: info } = (await userTokens({ client_info: "1" })).body;
  expect(JSON.parse(Buffer.from(info, "base64url").toString())).toEqual({ uid: user.id, utid: platform.tenant.id });
});

test("15: what the discovery document lists exists", async () => {
  const { response_types_supported: types, device_authorization_endpoint: device, ...rest } = await document();
  expect(rest).not.toHaveProperty("grant_types_supported");
  const browser = openBrowser(platform);
  const path = (response_type: string): string =>
    authorizePath(platform, app, { response_type, response_mode: "fragment", nonce: "n" });
  await signIn(browser, path("code"), user);
  for (const type of types) {
    const response = answerOf(await browser.get(path(type)));
    const expected = type.split(" ").map((name: string) => (name === "token" ? "access_token" : name));
    expect(Object.keys(response)).toEqual(expect.arrayContaining(expected));
  }
  const started = await postForm(platform, new URL(device).pathname, { client_id: app.appId, scope: "openid" });
  expect(started.status).toBe(200);
});

test("16: a token verifies through the published keys, with the issuer of its platform", async () => {
  const { issuer, jwks_uri: keysUrl } = await document();
  const keys = createLocalJWKSet((await getJson(platform, new URL(keysUrl).pathname)).body);
  const { body } = await appToken({ scope: "api://orders/.default" });
  await jwtVerify(body.access_token, keys, { issuer, algorithms: ["RS256"] });
  expect(issuer).toBe(`${platform.url}/${platform.tenant.id}/v2.0`);
});

test("17: a page of any origin can neither request nor read tokens", async () => {
  const headers = { origin: "https://any.example", "access-control-request-method": "POST" };
  const request = new Request(`${platform.url}${tokenPath(platform)}`, { method: "OPTIONS", headers });
  const answered = [await platform.fetch(request), await postForm(platform, tokenPath(platform), "", headers)];
  expect(answered.map((response) => response.headers.get("access-control-allow-origin"))).toEqual([null, null]);
});
