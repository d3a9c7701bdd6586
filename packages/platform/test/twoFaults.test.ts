import { type Platform, startPlatform } from "@latchkey/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { azureCliAppId, azureSubscriptionId } from "../src/directory/wellKnown.ts";
import { openBrowser } from "./support/browser.ts";
import { type Form, postForm, registerDaemon, tokenForm, tokenPath } from "./support/daemon.ts";
import { graphToken } from "./support/graph.ts";
import { addUser, addWebApp, codeFor, follow, password, redeem, redirectUri } from "./support/signIn.ts";
import { steppedClock } from "./support/steppedClock.ts";

/**
 * The parts of a request: `path`, `method`, `tenant`, `body`, headers as `header:name`; everything else is a form
 * field.
 */
type Parts = Readonly<Record<string, string | undefined>>;

/** A request with one thing wrong, and how it is reported. */
interface Fault {
  readonly is: string;
  readonly reported: string;
  readonly parts: Parts;
  /** Faults that it hides although they come before it: an unknown code does not show whose it is. */
  readonly hides?: readonly string[] | undefined;
}

/** Requests of one kind: a good one, and its faults in the order in which they are reported. */
interface Kind {
  good(): Parts | Promise<Parts>;
  readonly faults: readonly Fault[];
  send(parts: Parts): Promise<string>;
}

const kinds: Record<string, Kind> = {};
const fault = (is: string, reported: string, parts: Parts, hides?: readonly string[]): Fault => ({
  is,
  reported,
  parts,
  hides,
});
const unknownId = "11111111-2222-3333-4444-555555555555";
const armScope = "https://management.azure.com/.default";
const hour = 3_600_000;

let platform: Platform;

/** The error number of a token request; for a missing parameter, its name as well. */
async function sendForm({ tenant, version, ...parts }: Parts): Promise<string> {
  const entries = Object.entries(parts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const isHeader = ([name]: [string, string]): boolean => name.startsWith("header:");
  const headers = Object.fromEntries(entries.filter(isHeader).map(([name, value]) => [name.slice(7), value]));
  const form: Form = Object.fromEntries(entries.filter((entry) => !isHeader(entry)));
  const path = tokenPath(platform, version === "1" ? 1 : 2).replace(platform.tenant.id, tenant ?? platform.tenant.id);
  const { status, body } = await postForm(platform, path, form, headers);
  if (status === 200) {
    return "none";
  }
  const [code] = body.error_codes;
  return code === 900144 ? `${code} ${/'(\w+)'/.exec(body.error_description)?.[1]}` : String(code);
}

/** The error code of a request to an API, and the start of its message where codes are the same. */
async function sendToApi({ path = "", method = "GET", body, ...parts }: Parts): Promise<string> {
  const headers = Object.fromEntries(
    Object.entries(parts).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.replace("header:", ""), value]],
    ),
  );
  const request = new Request(`${platform.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const response = await platform.fetch(request);
  const text = await response.text();
  if (response.ok) {
    return "none";
  }
  const isJson = response.headers.get("content-type")?.includes("json");
  return `${response.status} ${isJson ? JSON.parse(text).error.code : text}`;
}

beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  const { directory, clock } = platform;
  const other = directory.registerApplication({ displayName: "Closed", identifierUris: ["api://closed"] });
  directory.setAssignmentRequired(other.appId, true);

  const user = addUser(platform);
  const revoked = addUser(platform);

  // What must be too old is created first.
  const web = addWebApp(platform);
  const orders = addWebApp(platform, {
    displayName: "Orders",
    identifierUris: ["api://orders"],
    scopes: [{ value: "access" }],
    requestedAccessTokenVersion: 2,
  });
  const shop = addWebApp(platform, {
    requiredResourceAccess: [{ resourceAppId: orders.appId, delegatedPermissions: ["access"] }],
  });
  const tokensOf = async (owner = user) =>
    (await redeem(platform, web, { code: await codeFor(platform, web, owner) })).body;
  const assertionFor = async (owner = user) => {
    const code = await codeFor(platform, shop, owner, { scope: "api://orders/access" });
    return String((await redeem(platform, shop, { code })).body.access_token);
  };
  const oldCode = await codeFor(platform, web, user);
  const oldAssertion = await assertionFor();
  const oldGraphToken = await graphToken(platform, ["User.Read.All"]);
  const oldArmToken = await graphToken(platform, [], armScope);
  const device = (scope = "User.Read") =>
    postForm(platform, `/${platform.tenant.id}/oauth2/v2.0/devicecode`, { client_id: terminal, scope });
  const terminal = directory.registerApplication({
    displayName: "Terminal",
    allowPublicClient: true,
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  }).appId;
  directory.grantAdminConsent(terminal);
  const oldDevice = (await device()).body.device_code;
  clock.advance(2 * hour);
  const revokedRefreshToken = (await tokensOf(revoked)).refresh_token;
  const revokedAssertion = await assertionFor(revoked);
  clock.advance(1_000);
  directory.revokeSessions(revoked.userPrincipalName);

  const daemon = registerDaemon(platform, ["User.Read.All"]);
  const disabled = registerDaemon(platform);
  directory.setEnabled(disabled.appId, false);
  kinds["client credentials"] = {
    send: sendForm,
    good: () => tokenForm(daemon),
    faults: [
      fault("no grant", "900144 grant_type", { grant_type: undefined }),
      fault("an unknown grant", "70003", { grant_type: "magic" }),
      fault("no client", "900144 client_id", { client_id: undefined }),
      fault("a resource with the scope", "901002", { resource: "https://graph.microsoft.com" }),
      fault("no scope", "90014", { scope: undefined }),
      fault("an unknown tenant", "90002", { tenant: unknownId }),
      fault("an unknown client", "700016", { client_id: unknownId }),
      fault("a disabled client", "7000112", { client_id: disabled.appId }),
      fault("an origin", "9002326", { "header:origin": "https://page.example" }),
      fault("no secret", "7000216", { client_secret: undefined }),
      fault("another secret", "7000215", { client_secret: "wrong" }),
      fault("a scope other than .default", "1002012", { scope: "https://graph.microsoft.com/User.Read" }),
      fault("an unknown API", "500011", { scope: "api://unknown/.default" }),
      fault("an API with assignment required", "501051", { scope: "api://closed/.default" }),
    ],
  };

  const used = await codeFor(platform, web, user);
  await redeem(platform, web, { code: used });
  kinds["an authorization code"] = {
    send: sendForm,
    good: async () => ({
      grant_type: "authorization_code",
      client_id: web.appId,
      client_secret: web.secret,
      redirect_uri: redirectUri,
      code: await codeFor(platform, web, user),
    }),
    faults: [
      fault("no code", "900144 code", { code: undefined }),
      fault("an unknown tenant", "90002", { tenant: unknownId }),
      fault("an origin", "9002326", { "header:origin": "https://page.example" }),
      fault("no secret", "7000218", { client_secret: undefined }),
      fault("another secret", "7000215", { client_secret: "wrong" }),
      fault("an unknown code", "9002313", { code: "garbled" }, ["an origin", "no secret"]),
      fault("a code used before", "54005", { code: used }),
      fault("an old code", "70008", { code: oldCode }),
      fault("no redirect URI", "900144 redirect_uri", { redirect_uri: undefined }),
      fault("another redirect URI", "500112", { redirect_uri: "https://other.example/" }),
      fault("a verifier without a challenge", "501481", { code_verifier: "x".repeat(43) }),
      fault("scopes of two APIs", "28000", { scope: "User.Read api://orders/access" }),
      fault("a scope of an unknown API", "500011", { scope: "api://unknown/access" }),
    ],
  };

  const { refresh_token } = await tokensOf();
  kinds["a refresh token"] = {
    send: sendForm,
    good: () => ({ grant_type: "refresh_token", client_id: web.appId, client_secret: web.secret, refresh_token }),
    faults: [
      fault("no token", "900144 refresh_token", { refresh_token: undefined }),
      fault("an unknown tenant", "90002", { tenant: unknownId }),
      fault("an origin", "9002326", { "header:origin": "https://page.example" }),
      fault("no secret", "7000218", { client_secret: undefined }),
      fault("another secret", "7000215", { client_secret: "wrong" }),
      fault("an unknown token", "70000", { refresh_token: "garbled" }, ["an origin", "no secret"]),
      fault("a revoked sign-in", "50173", { refresh_token: revokedRefreshToken }),
      fault("a resource with the scope", "901002", { resource: "https://graph.microsoft.com" }),
      fault("a scope of an unknown API", "500011", { scope: "api://unknown/access" }),
      fault("a permission without consent", "65001", { scope: "Mail.Read" }),
    ],
  };

  kinds["an assertion on behalf of a user"] = {
    send: sendForm,
    good: async () => ({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      client_id: orders.appId,
      client_secret: orders.secret,
      requested_token_use: "on_behalf_of",
      scope: "https://graph.microsoft.com/User.Read",
      assertion: await assertionFor(),
    }),
    faults: [
      fault("no assertion", "900144 assertion", { assertion: undefined }),
      fault("no use", "900144 requested_token_use", { requested_token_use: undefined }),
      fault("no scope", "900144 scope", { scope: undefined }),
      fault("another use", "90013", { requested_token_use: "exchange" }),
      fault("an unknown tenant", "90002", { tenant: unknownId }),
      fault("an origin", "9002326", { "header:origin": "https://page.example" }),
      fault("no secret", "7000218", { client_secret: undefined }),
      fault("another secret", "7000215", { client_secret: "wrong" }),
      fault("an assertion that is not a JWT", "50027", { assertion: "opaque" }),
      fault("an old assertion", "500133", { assertion: oldAssertion }),
      fault("an assertion of a revoked sign-in", "50173", { assertion: revokedAssertion }),
      fault("permissions of two APIs", "90009", { scope: "User.Read api://orders/access" }),
      fault("a permission without consent", "65001", { scope: "Mail.Read" }),
    ],
  };

  kinds["user name and password"] = {
    send: sendForm,
    good: () => ({
      grant_type: "password",
      client_id: terminal,
      username: user.userPrincipalName,
      password,
      scope: "User.Read",
    }),
    faults: [
      fault("no user name", "900144 username", { username: undefined }),
      fault("no password", "900144 password", { password: undefined }),
      fault("an unknown tenant", "90002", { tenant: unknownId }),
      fault("an origin", "9002326", { "header:origin": "https://page.example" }),
      fault("a secret of a public client", "700025", { client_secret: "x" }),
      fault("an unknown user", "50034", { username: `nobody@${platform.tenant.domain}` }),
      fault("another password", "50126", { password: "wrong" }),
      fault("a scope of an unknown API", "500011", { scope: "api://unknown/access" }),
      fault("a permission without consent", "65001", { scope: "Mail.Read" }),
    ],
  };

  const browser = openBrowser(platform);
  const approved = async (): Promise<string> => {
    const { device_code, user_code } = (await device()).body;
    const page = `/devicelogin?code=${user_code}`;
    await follow(browser, await browser.signIn(page, user.userPrincipalName, password));
    await browser.post(page, { token: browser.token, action: "confirm" });
    return device_code;
  };
  kinds["a device code"] = {
    send: sendForm,
    good: async () => ({
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      client_id: terminal,
      device_code: await approved(),
    }),
    faults: [
      fault("no code", "900144 device_code", { device_code: undefined }),
      fault("an unknown tenant", "90002", { tenant: unknownId }),
      fault("an origin", "9002326", { "header:origin": "https://page.example" }),
      fault("a secret of a public client", "700025", { client_secret: "x" }),
      fault("an unknown code", "70018", { device_code: "unknown" }),
      fault("an old code", "70020", { device_code: oldDevice }),
      fault("a code that no user has entered", "70016", { device_code: (await device()).body.device_code }),
      fault("a scope of an unknown API", "500011", { scope: "api://unknown/access" }),
      fault("a permission without consent", "65001", { scope: "Mail.Read" }),
    ],
  };

  const broken = (bearer: string): string => `Bearer ${bearer.slice(0, -8)}AAAAAAAA`;
  const graphOnly = await graphToken(platform, ["User.ReadWrite.All"]);
  const reader = await graphToken(platform, ["User.Read.All"]);
  const armOnly = await graphToken(platform, [], armScope);
  const body = JSON.stringify({ displayName: "Ada" });
  kinds["a request to Graph"] = {
    send: sendToApi,
    good: () => ({
      path: `/v1.0/users/${user.id}`,
      method: "PATCH",
      body,
      "header:content-type": "application/json",
      "header:authorization": `Bearer ${graphOnly}`,
    }),
    faults: [
      fault("no token", "401 InvalidAuthenticationToken", { "header:authorization": undefined }),
      fault("a token with another signature", "401 InvalidAuthenticationToken", {
        "header:authorization": broken(graphOnly),
      }),
      fault("an old token", "401 InvalidAuthenticationToken", { "header:authorization": `Bearer ${oldGraphToken}` }),
      fault("a token for another API", "401 InvalidAuthenticationToken", {
        "header:authorization": `Bearer ${armOnly}`,
      }),
      fault("/me without a user", "400 BadRequest", { path: "/v1.0/me" }),
      fault("an unknown path", "400 BadRequest", { path: "/v1.0/nothing" }),
      fault("a method that the path lacks", "405 Request_BadRequest", { method: "PUT" }),
      fault("no permission", "403 Authorization_RequestDenied", { "header:authorization": `Bearer ${reader}` }),
      fault("an option that a change does not take", "400 Request_BadRequest", {
        path: `/v1.0/users/${user.id}?$top=1`,
      }),
      fault("no body", "400 BadRequest", { body: undefined }),
      fault("a body that is no JSON", "400 BadRequest", { body: "{" }),
      fault("another content type", "400 BadRequest", { "header:content-type": "text/plain" }),
      fault("an unknown user", "404 Request_ResourceNotFound", { path: `/v1.0/users/${unknownId}` }),
      fault("an unknown property", "400 Request_BadRequest", { body: '{"shoeSize":44}' }),
    ],
  };
  const { userPrincipalName: username, password: secret } = platform.tenant.administrator;
  const azureCli = { grant_type: "password", client_id: azureCliAppId, scope: armScope, username, password: secret };
  const administrator = (await postForm(platform, tokenPath(platform), azureCli)).body.access_token;
  const group = (subscription: string): string => `/subscriptions/${subscription}/resourceGroups/apps`;
  const version = "?api-version=2022-12-01";
  kinds["a request to Resource Manager"] = {
    send: sendToApi,
    good: () => ({
      path: `${group(azureSubscriptionId)}${version}`,
      method: "PUT",
      body: '{"location":"westeurope"}',
      "header:authorization": `Bearer ${administrator}`,
    }),
    faults: [
      fault("no token", "401 AuthenticationFailed", { "header:authorization": undefined }),
      fault("a broken token", "401 InvalidAuthenticationToken", { "header:authorization": broken(armOnly) }),
      fault("an old token", "401 ExpiredAuthenticationToken", { "header:authorization": `Bearer ${oldArmToken}` }),
      fault("a token for another API", "401 InvalidAuthenticationTokenAudience", {
        "header:authorization": `Bearer ${graphOnly}`,
      }),
      fault("no api-version", "400 MissingApiVersionParameter", { path: group(azureSubscriptionId) }),
      fault("an unknown path", "404 NotFound", { path: `/subscriptions/x/locations${version}` }),
      fault("a method that the path lacks", "405 MethodNotAllowed", { method: "PATCH" }),
      fault("an unknown subscription", "404 SubscriptionNotFound", { path: `${group(unknownId)}${version}` }),
      fault("a caller who may not", "403 AuthorizationFailed", { "header:authorization": `Bearer ${armOnly}` }),
      fault("a body that is no JSON", "400 InvalidRequestContent", { body: "{" }),
      fault("no location", "400 LocationRequired", { body: "{}" }),
    ],
  };
  return () => platform.stop();
});

/** Both faults in one request; `undefined` if they are faults of the same part. */
function both(one: Fault, two: Fault): Parts | undefined {
  return Object.keys(one.parts).some((part) => part in two.parts) ? undefined : { ...one.parts, ...two.parts };
}

describe.each([
  "client credentials",
  "an authorization code",
  "a refresh token",
  "an assertion on behalf of a user",
  "user name and password",
  "a device code",
  "a request to Graph",
  "a request to Resource Manager",
])("%s", (name) => {
  const kind = (): Kind => kinds[name] as Kind;

  test("is refused for each fault alone", async () => {
    const { faults, send } = kind();
    const good = await kind().good();
    const reported: string[] = [];
    for (const { is, parts } of faults) {
      reported.push(`${is}: ${await send({ ...good, ...parts })}`);
    }
    expect(reported).toEqual(faults.map(({ is, reported }) => `${is}: ${reported}`));
  });

  test("with two faults is refused for the first one", async () => {
    const { faults, send } = kind();
    const good = await kind().good();
    const reported: string[] = [];
    const expected: string[] = [];
    for (const [index, one] of faults.entries()) {
      for (const two of faults.slice(index + 1)) {
        const parts = both(one, two);
        if (parts === undefined) {
          continue;
        }
        const what = `${one.is} and ${two.is}`;
        reported.push(`${what}: ${await send({ ...good, ...parts })}`);
        expected.push(`${what}: ${(two.hides?.includes(one.is) ? two : one).reported}`);
      }
    }
    expect(reported).not.toEqual([]);
    expect(reported).toEqual(expected);
  });

  test("is answered without a fault", async () => {
    expect(await kind().send(await kind().good())).toBe("none");
  });
});
