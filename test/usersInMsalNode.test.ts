import {
  ConfidentialClientApplication,
  CryptoProvider,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
  PublicClientApplication,
} from "@azure/msal-node";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const password = "Right-1-right";
const redirectUri = "https://app.example/back";
const scopes = ["User.Read"];

let platform: Platform;
let userPrincipalName: string;
let userId: string;

beforeAll(async () => {
  platform = await startPlatform();
  userPrincipalName = `msal@${platform.tenant.domain}`;
  userId = platform.directory.createUser({ userPrincipalName, displayName: "Msal User", password }).id;
  // The seconds a client waits before it asks again.
  platform.on("beforeResponse", ({ endpoint, body }) => {
    if (endpoint === "deviceCode" && typeof body === "object") body["interval"] = 0;
  });
});
afterAll(() => platform.stop());

/** MSAL's own seam: the same requests, without a socket. */
function network(): INetworkModule {
  async function send<Body>(
    method: string,
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<Body>> {
    const { headers = {}, body } = options ?? {};
    const init = body === undefined ? { method, headers } : { method, headers, body };
    const response = await platform.fetch(new Request(url, init));
    return {
      headers: Object.fromEntries(response.headers),
      body: (await response.json()) as Body,
      status: response.status,
    };
  }
  return {
    sendGetRequestAsync: (url, options) => send("GET", url, options),
    sendPostRequestAsync: (url, options) => send("POST", url, options),
  };
}

function configuration(clientId: string, authority = `${platform.url}/${platform.tenant.id}`) {
  return {
    auth: { clientId, authority, knownAuthorities: [new URL(platform.url).host] },
    system: { networkClient: network() },
  };
}

/** Follows the platform's pages as the user, up to the application or to a page that has no more forms. */
async function visit(address: string): Promise<URL> {
  let cookie = "";
  const send = async (url: string, form?: Record<string, string>): Promise<Response> => {
    const headers = { cookie, ...(form && { "content-type": "application/x-www-form-urlencoded" }) };
    const init =
      form === undefined ? { headers } : { method: "POST", headers, body: new URLSearchParams(form).toString() };
    const response = await platform.fetch(new Request(url, init));
    const set = response.headers.getSetCookie().map((line) => line.split(";")[0]);
    cookie = set.length > 0 ? set.join("; ") : cookie;
    return response;
  };
  const end = async (response: Response, from: string): Promise<URL> => {
    const location = response.headers.get("location");
    if (location === null) return new URL(from);
    return location.startsWith("/")
      ? end(await send(platform.url + location), platform.url + location)
      : new URL(location);
  };
  return end(await send(address, { action: "sign-in", username: userPrincipalName, password }), address);
}

function register(options: Partial<Parameters<Platform["directory"]["registerApplication"]>[0]> = {}): string {
  const { appId } = platform.directory.registerApplication({
    displayName: "Msal",
    redirectUris: [redirectUri],
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: scopes }],
    ...options,
  });
  platform.directory.grantAdminConsent(appId);
  return appId;
}

function confidential(appId: string): ConfidentialClientApplication {
  const { auth, system } = configuration(appId);
  const clientSecret = platform.directory.addPassword(appId).secretText;
  return new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system });
}

describe("@azure/msal-node signs users in", () => {
  test("by authorization code with PKCE, and renews silently", async () => {
    const app = confidential(register());
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
    const request = { scopes, redirectUri, codeChallenge: challenge, codeChallengeMethod: "S256", nonce: "n-1" };
    const back = await visit(await app.getAuthCodeUrl(request));
    const code = back.searchParams.get("code") ?? "";
    const result = await app.acquireTokenByCode({ ...request, code, codeVerifier: verifier }, { code, nonce: "n-1" });
    expect(result.account).toMatchObject({
      homeAccountId: `${userId}.${platform.tenant.id}`,
      username: userPrincipalName,
      name: "Msal User",
    });
    const { account } = result;
    if (account === null) throw new Error("no account");
    expect((await app.acquireTokenSilent({ scopes, account })).fromCache).toBe(true);
    const renewed = await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    expect(renewed.fromCache).toBe(false);
    expect(renewed.accessToken).not.toBe(result.accessToken);
  });

  test("over /common, for a multi-tenant application", async () => {
    const appId = register({ signInAudience: "AzureADMultipleOrgs" });
    const { auth, system } = configuration(appId, `${platform.url}/common`);
    const clientSecret = platform.directory.addPassword(appId).secretText;
    const app = new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system });
    const back = await visit(await app.getAuthCodeUrl({ scopes, redirectUri }));
    const result = await app.acquireTokenByCode({ scopes, redirectUri, code: back.searchParams.get("code") ?? "" });
    expect(result.tenantId).toBe(platform.tenant.id);
  });

  test("by device code", async () => {
    const app = new PublicClientApplication(configuration(register({ allowPublicClient: true })));
    const result = await app.acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: ({ verificationUri, userCode }) => {
        void approve(`${verificationUri}?code=${userCode}`);
      },
    });
    expect(result?.account?.username).toBe(userPrincipalName);
  });

  test("by user name and password, and tells a wrong one", async () => {
    const app = new PublicClientApplication(configuration(register({ allowPublicClient: true })));
    const asked = { scopes, username: userPrincipalName, password };
    expect((await app.acquireTokenByUsernamePassword(asked))?.account?.localAccountId).toBe(userId);
    await expect(app.acquireTokenByUsernamePassword({ ...asked, password: "wrong" })).rejects.toMatchObject({
      errorCode: "invalid_grant",
      errorMessage: expect.stringContaining("AADSTS50126") as unknown,
    });
  });

  test("on behalf of, from one API to the next", async () => {
    const api = register({ identifierUris: ["api://msal"], scopes: [{ value: "access" }] });
    const front = confidential(
      register({ requiredResourceAccess: [{ resourceAppId: api, delegatedPermissions: ["access"] }] }),
    );
    const own = ["api://msal/access"];
    const back = await visit(await front.getAuthCodeUrl({ scopes: own, redirectUri }));
    const code = back.searchParams.get("code") ?? "";
    const { accessToken } = await front.acquireTokenByCode({ scopes: own, redirectUri, code });
    const result = await confidential(api).acquireTokenOnBehalfOf({ oboAssertion: accessToken, scopes });
    expect(result?.scopes).toContain("User.Read");
  });

  test("and learns from a refusal that the user is needed", async () => {
    const app = confidential(register());
    const back = await visit(await app.getAuthCodeUrl({ scopes, redirectUri }));
    const code = back.searchParams.get("code") ?? "";
    const { account } = await app.acquireTokenByCode({ scopes, redirectUri, code });
    if (account === null) throw new Error("no account");
    await expect(app.acquireTokenSilent({ scopes: ["Mail.Read"], account })).rejects.toMatchObject({
      name: "InteractionRequiredAuthError",
      subError: "consent_required",
    });
  });

  test("at a B2C-shaped authority", async () => {
    const appId = register();
    const authority = `${platform.url}/${platform.tenant.domain}/b2c_1_susi`;
    const { auth, system } = configuration(appId, authority);
    const clientSecret = platform.directory.addPassword(appId).secretText;
    const app = new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system });
    const back = await visit(await app.getAuthCodeUrl({ scopes: [], redirectUri }));
    const code = back.searchParams.get("code") ?? "";
    const result = await app.acquireTokenByCode({ scopes: [], redirectUri, code });
    expect(result.account?.homeAccountId).toBe(`${userId}-b2c_1_susi.${platform.tenant.id}`);
  });
});

/** Signs in on the device page and confirms. */
async function approve(address: string): Promise<void> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const signIn = new URLSearchParams({ action: "sign-in", username: userPrincipalName, password }).toString();
  const signedIn = await platform.fetch(new Request(address, { method: "POST", headers, body: signIn }));
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const page = await (await platform.fetch(new Request(address, { headers: { cookie } }))).text();
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const confirm = new URLSearchParams({ action: "confirm", token }).toString();
  await platform.fetch(new Request(address, { method: "POST", headers: { ...headers, cookie }, body: confirm }));
}
