import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "./support/browser.ts";
import { makeCertificate, signAssertion } from "./support/certificate.ts";
import { callControl } from "./support/controlApi.ts";
import {
  type Daemon,
  type Form,
  graphScope,
  postForm,
  registerDaemon,
  tokenForm,
  tokenPath,
} from "./support/daemon.ts";
import {
  addUser,
  addWebApp,
  answerOf,
  authorizePath,
  follow,
  password as rightPassword,
  type WebApp,
} from "./support/signIn.ts";
import { findTraces, type Secret } from "./support/traces.ts";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Different text each time, which the platform did not issue. */
const wrong: Secret[] = [];
/** What the platform issued, or was correctly sent. */
const right: Secret[] = [];
/** Every response to a request with a wrong secret, and every page. */
const responses: string[] = [];

function canary(what: string): string {
  const text = `CANARY~${randomBytes(18).toString("base64url")}.real-production_secret`;
  wrong.push({ what, text });
  return text;
}

/** Well-formed as a JWT. Its claims may be logged; the whole token and its signature may not. */
function canaryJwt(what: string, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", x5t: "AAAA", kid: "k" })}.${part(claims)}.${randomBytes(64).toString("base64url")}`;
  wrong.push({ what, text });
  return text;
}

function known(what: string, text: string | undefined): string {
  if (text === undefined || text === "") {
    throw new Error(`There is no ${what} to look for`);
  }
  right.push({ what, text });
  return text;
}

let directory: string;
const places = new Map<string, string>();
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "latchkey-canary-"));
  const events: unknown[] = [];
  const platform = await startPlatform({ dataDirectory: directory, onEvent: (event) => events.push(event) });
  const daemon = registerDaemon(platform, ["User.ReadWrite.All", "Application.ReadWrite.All"]);
  await sendWrongCredentials(platform, daemon);
  await sendWrongGrants(platform, daemon);
  await visitPagesWrongly(platform, daemon);
  await signInRightly(platform, daemon);
  await useControlApi(platform);
  const snapshot = await platform.snapshot();
  const control = await callControl(platform, "/events");
  const snapshotId = await callControl(platform, "/snapshots", { method: "POST" });
  places.set(
    "the files while it runs",
    filesIn(directory, (name) => !isRunningFile(name)),
  );
  places.set("the file of the running platform", filesIn(directory, isRunningFile));
  places.set("events", inspect([events, platform.events], { depth: 10, maxArrayLength: null, maxStringLength: null }));
  places.set("the control API's events", JSON.stringify(control.body));
  places.set("snapshots", inspect([snapshot, snapshotId.body], { depth: 10, showHidden: true }));
  places.set("the environment of child processes", JSON.stringify(platform.environment));
  await platform.restore(snapshot);
  await platform.stop();
  places.set("the files after it stopped", filesIn(directory));
  places.set("responses and pages", responses.join("\n"));
}, 30_000);
afterAll(() => rmSync(directory, { recursive: true }));

/** The database with its write-ahead log, keys and certificates: names and contents. */
const isRunningFile = (name: string): boolean => /^running-\d+-\d+\.json$/.test(name);

function filesIn(folder: string, isWanted: (name: string) => boolean = () => true): string {
  return readdirSync(folder)
    .filter(isWanted)
    .map((name) => `${name}\n${readFileSync(join(folder, name), "latin1")}`)
    .join("\n");
}

async function post(platform: Platform, path: string, form: Form, headers: Form = {}): Promise<number> {
  const { status, text } = await postForm(platform, path, form, headers);
  responses.push(text);
  return status;
}

const tokenPaths = (platform: Platform): readonly string[] => [
  tokenPath(platform),
  tokenPath(platform, 1),
  `/${platform.tenant.id}/B2C_1_susi/oauth2/v2.0/token`,
  "/common/oauth2/v2.0/token",
];

async function sendWrongCredentials(platform: Platform, daemon: Daemon): Promise<void> {
  for (const path of tokenPaths(platform)) {
    const id = daemon.appId;
    const form: Form = tokenForm(daemon, { client_secret: undefined, resource: "https://graph.microsoft.com" });
    const basic = (secret: string): Form => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` });
    const asserted = (client_assertion: string): Form => ({
      ...form,
      client_assertion_type: assertionType,
      client_assertion,
    });
    const claims = { iss: id, sub: id, aud: `${platform.url}${path}`, exp: 4_000_000_000 };
    const statuses = [
      await post(platform, path, { ...form, client_secret: canary("client_secret") }),
      await postForm(platform, path, { ...form, client_id: canary("secret in place of the id") }).then((a) => a.status),
      await post(platform, path, { ...form, client_id: "unknown", client_secret: canary("another client's secret") }),
      await post(platform, `${path}?client_secret=${canary("client_secret in the address")}`, form),
      await post(platform, path, form, basic(canary("secret of a Basic header"))),
      await post(platform, path, form, { authorization: `Basic ${canary("malformed Basic header")}` }),
      await post(platform, path, form, { authorization: `Bearer ${canary("Bearer at the token endpoint")}` }),
      await post(platform, path, asserted(canary("client_assertion that is not a JWT"))),
      await post(platform, path, asserted(canaryJwt("client_assertion", claims))),
      await post(platform, path, asserted(canaryJwt("federated token", { ...claims, iss: "https://issuer.example" }))),
    ];
    expect(statuses.every((status) => status >= 400)).toBe(true);
  }
}

async function sendWrongGrants(platform: Platform, daemon: Daemon): Promise<void> {
  const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const claims = { aud: daemon.appId, oid: daemon.appId, tid: platform.tenant.id, scp: "a", exp: 4_000_000_000 };
  const user = { username: platform.tenant.administrator.userPrincipalName, scope: "openid" };
  for (const path of tokenPaths(platform)) {
    const grants: readonly Form[] = [
      { grant_type: "authorization_code", code: canary("code"), code_verifier: canary("code_verifier") },
      { grant_type: "refresh_token", refresh_token: canary("refresh_token") },
      { grant_type: "device_code", device_code: canary("device_code") },
      { grant_type: "urn:ietf:params:oauth:grant-type:device_code", code: canary("code of a device") },
      { grant_type: "password", password: canary("password"), ...user },
      {
        grant_type: "password",
        password: canary("password of an unknown user"),
        ...user,
        username: "nobody@contoso.example",
      },
      { grant_type: jwtBearer, assertion: canary("assertion that is not a JWT"), requested_token_use: "on_behalf_of" },
      { grant_type: jwtBearer, assertion: canaryJwt("assertion", claims), requested_token_use: "on_behalf_of" },
      { grant_type: "magic", assertion: canaryJwt("assertion of an unknown grant", claims) },
    ];
    for (const grant of grants) {
      const form = { client_id: daemon.appId, client_secret: daemon.secret, scope: "a", resource: "a", ...grant };
      expect(await post(platform, path, form)).toBeGreaterThanOrEqual(400);
    }
  }
  platform.faults.add({ id: "canary", endpoint: "token", aadsts: 50196, count: 1 });
  await post(
    platform,
    tokenPath(platform),
    tokenForm(daemon, { client_secret: canary("client_secret of a faulted request") }),
  );
  for (const path of ["/v1.0/users", "/beta/me", "/oidc/userinfo", "/subscriptions?api-version=2022-12-01"]) {
    for (const bearer of [canary(`Bearer at ${path}`), canaryJwt(`JWT at ${path}`, claims)]) {
      const headers = { authorization: `Bearer ${bearer}` };
      const response = await platform.fetch(new Request(`${platform.url}${path}`, { headers }));
      expect(response.status).toBeGreaterThanOrEqual(400);
      responses.push(await response.text(), [...response.headers].join());
    }
  }
}

async function visitPagesWrongly(platform: Platform, daemon: Daemon): Promise<void> {
  const app = addWebApp(platform);
  const { userPrincipalName: administrator } = platform.tenant.administrator;
  const browser = openBrowser(platform);
  const { body } = await postForm(platform, `/${platform.tenant.id}/oauth2/v2.0/devicecode`, {
    client_id: app.appId,
    scope: "openid",
    client_secret: canary("client_secret at the device endpoint"),
  });
  const pages = [
    authorizePath(platform, app),
    `/${platform.tenant.id}/adminconsent?client_id=${daemon.appId}`,
    `/devicelogin?code=${known("user code", body.user_code)}`,
  ];
  for (const path of pages) {
    const forms: readonly Form[] = [
      { action: "sign-in", username: administrator, password: canary("password on a page") },
      { action: "sign-in", username: "nobody@contoso.example", password: canary("unknown user's password on a page") },
      { action: "second-factor", sign_in: canary("sign-in of a second factor"), code: canary("second factor") },
      { action: "accept", token: canary("form token") },
    ];
    for (const form of forms) {
      responses.push((await browser.post(path, form)).html.replaceAll(`/devicelogin?code=${body.user_code}`, ""));
    }
  }
  responses.push((await browser.get(`/devicelogin?code=${canary("unknown user code")}`)).html);
  const hint = canaryJwt("id_token_hint", { sub: "a" });
  responses.push((await browser.get(`/${platform.tenant.id}/oauth2/v2.0/logout?id_token_hint=${hint}`)).html);
}

async function signInRightly(platform: Platform, daemon: Daemon): Promise<void> {
  known("client secret", daemon.secret);
  known("control token", platform.controlToken);
  known("administrator's password", platform.tenant.administrator.password);
  const certificate = makeCertificate(Date.now() - 1000, Date.now() + 86_400_000);
  platform.directory.addCertificate(daemon.appId, certificate.pem);
  const header = { alg: "PS256", "x5t#S256": certificate.sha256 };
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = { iss: daemon.appId, sub: daemon.appId, aud: `${platform.url}${tokenPath(platform)}`, exp };
  const assertion = known("certificate assertion", await signAssertion(certificate.privateKey, header, claims));
  const asserted = { client_secret: undefined, client_assertion_type: assertionType, client_assertion: assertion };
  const byCertificate = await postForm(platform, tokenPath(platform), tokenForm(daemon, asserted));
  known("app-only token", byCertificate.body.access_token);
  const v1 = { ...tokenForm(daemon), resource: "https://graph.microsoft.com" };
  const token = known(
    "version 1 app-only token",
    (await postForm(platform, tokenPath(platform, 1), v1)).body.access_token,
  );
  await writeWithGraph(platform, token);
  const app = addWebApp(platform, { implicitGrant: { idTokens: true, accessTokens: true }, allowPublicClient: true });
  await redeemCodes(platform, app);
}

async function writeWithGraph(platform: Platform, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const password = known("password set through Graph", `Graph-1-${randomBytes(12).toString("hex")}`);
  const body = JSON.stringify({
    accountEnabled: true,
    displayName: "Made by Graph",
    mailNickname: "made",
    userPrincipalName: `made@${platform.tenant.domain}`,
    passwordProfile: { password },
  });
  const made = await platform.fetch(new Request(`${platform.url}/v1.0/users`, { method: "POST", headers, body }));
  expect(made.status).toBe(201);
  const { id } = platform.directory.registerApplication({ displayName: "Given a secret" });
  const added = await platform.fetch(
    new Request(`${platform.url}/v1.0/applications/${id}/addPassword`, { method: "POST", headers, body: "{}" }),
  );
  known("secret created by Graph", ((await added.json()) as { secretText: string }).secretText);
}

async function redeemCodes(platform: Platform, app: WebApp): Promise<void> {
  const user = addUser(platform);
  known("user's password", rightPassword);
  const browser = openBrowser(platform);
  const verifier = known("code verifier", `verifier-${randomBytes(30).toString("hex")}`);
  const path = authorizePath(platform, app, {
    response_type: "code id_token token",
    nonce: "n",
    code_challenge: verifier,
    code_challenge_method: "plain",
    login_hint: user.userPrincipalName,
  });
  const signedIn = await browser.signIn(path, user.userPrincipalName, rightPassword);
  for (const cookie of signedIn.headers.getSetCookie()) {
    known("session cookie", /=([^;]+)/.exec(cookie)?.[1]);
  }
  const answer = answerOf(await follow(browser, signedIn));
  await browser.get(authorizePath(platform, app, { prompt: "select_account" }));
  known("form token", browser.token);
  for (const name of ["code", "access_token", "id_token"]) {
    known(`${name} of the authorize endpoint`, answer[name]);
  }
  const code = { client_id: app.appId, client_secret: app.secret, code_verifier: verifier, code: answer["code"] ?? "" };
  known("web application's secret", app.secret);
  const redeemed = await postForm(platform, tokenPath(platform), {
    ...code,
    grant_type: "authorization_code",
    redirect_uri: app.redirectUri,
  });
  expect(redeemed.status).toBe(200);
  const { refresh_token: refreshToken, access_token: accessToken, id_token: idToken } = redeemed.body;
  known("refresh token", refreshToken);
  known("ID token", idToken);
  const headers = { authorization: `Bearer ${known("access token", accessToken)}` };
  for (const address of ["/v1.0/me", "/oidc/userinfo"]) {
    expect((await platform.fetch(new Request(`${platform.url}${address}`, { headers }))).status).toBe(200);
  }
  const refreshed = await postForm(platform, tokenPath(platform, 1), {
    ...{ grant_type: "refresh_token", client_id: app.appId, client_secret: app.secret },
    ...{ refresh_token: refreshToken, resource: "https://graph.microsoft.com" },
  });
  known("refresh token of version 1", refreshed.body.refresh_token);
  const device = await postForm(platform, `/${platform.tenant.id}/oauth2/v2.0/devicecode`, {
    client_id: app.appId,
    scope: graphScope,
  });
  known("device code", device.body.device_code);
  const page = `/devicelogin?code=${known("confirmed user code", device.body.user_code)}`;
  await browser.get(page);
  await browser.post(page, { token: browser.token, action: "confirm" });
  const polled = { grant_type: "device_code", client_id: app.appId, device_code: device.body.device_code };
  known("token of a device", (await postForm(platform, tokenPath(platform), polled)).body.access_token);
}

async function useControlApi(platform: Platform): Promise<void> {
  await callControl(platform, "/clock", { token: canary("control token") });
  const value = known("secret of a seed", `seed-${randomBytes(20).toString("hex")}`);
  const password = known("password of a seed", `Seed-1-${randomBytes(12).toString("hex")}`);
  const seed = {
    applications: [{ name: "sown", secrets: [{ value }] }],
    users: [{ userPrincipalName: `sown@${platform.tenant.domain}`, password }],
  };
  const { status } = await callControl(platform, "/seed", { method: "POST", body: seed });
  expect(status).toBe(200);
  const broken = { applications: [{ name: "sown", secrets: [{ value: canary("secret of a broken seed") }], typo: 1 }] };
  responses.push(JSON.stringify((await callControl(platform, "/seed", { method: "POST", body: broken })).body));
}

test.each(["the files while it runs", "the files after it stopped", "events", "the control API's events"])(
  "no secret, assertion, password, code or token, right or wrong, is in %s",
  (place) => {
    const text = places.get(place) ?? "";
    // There is something to search.
    expect(text).toContain(place.startsWith("the files") ? "Made by Graph" : "7000215");
    expect(findTraces(text, [...wrong, ...right])).toEqual([]);
  },
);

test("the file of the running platform contains what an administrator needs and nothing else", () => {
  const traces = findTraces(places.get("the file of the running platform") ?? "", [...wrong, ...right]);
  expect(traces.toSorted()).toEqual(["administrator's password", "control token"]);
});

test.each(["snapshots", "the environment of child processes"])("none is in %s", (place) => {
  expect(places.get(place)).toMatch(/takenAt|AZURE_TENANT_ID/);
  expect(findTraces(places.get(place) ?? "", [...wrong, ...right])).toEqual([]);
});

test("no response and no page repeats a secret that was sent", () => {
  expect(places.get("responses and pages")).toContain("AADSTS50126");
  expect(findTraces(places.get("responses and pages") ?? "", wrong)).toEqual([]);
});

test("the search finds encoded and concatenated values", () => {
  const text = canary("planted");
  const jwt = canaryJwt("planted token", {});
  const planted: Secret[] = [{ what: "planted", text }];
  const forms = [`a${text}b`, encodeURIComponent(text), btoa(text), btoa(`a${text}`), btoa(`ab${text}c`)];
  expect(forms.map((form) => findTraces(form, planted))).toEqual(forms.map(() => ["planted"]));
  expect(findTraces(`.${jwt.split(".")[2]}`, [{ what: "planted token", text: jwt }])).toEqual(["planted token"]);
  expect(findTraces("another text", planted)).toEqual([]);
});

test("the write-ahead log is one of the files", () => {
  expect(places.get("the files while it runs")).toContain("directory.sqlite-wal\n");
});
