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
import { person } from "./support/person.ts";

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
  // The seconds that a client waits between polls.
  platform.on("beforeResponse", ({ endpoint, body }) => {
    if (endpoint === "deviceCode" && typeof body === "object") {
      body["interval"] = 0;
    }
  });
});
afterAll(() => platform.stop());

/** MSAL's own extension point: the same requests, without a socket. */
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

/**
 * Signs in as the user on the platform's pages, and returns the address they redirect to; the application has no
 * server.
 */
async function visit(address: string): Promise<URL> {
  const fetch = (request: Request) => platform.fetch(request);
  return (await person({ username: userPrincipalName, password, fetch }).visit(address)).url;
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
  test("by authorization code with PKCE, and refreshes silently", async () => {
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
    if (account === null) {
      throw new Error("no account");
    }
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
        void visit(`${verificationUri}?code=${userCode}`);
      },
    });
    expect(result?.account?.username).toBe(userPrincipalName);
  });

  test("by user name and password, and reports a wrong one", async () => {
    const app = new PublicClientApplication(configuration(register({ allowPublicClient: true })));
    const options = { scopes, username: userPrincipalName, password };
    expect((await app.acquireTokenByUsernamePassword(options))?.account?.localAccountId).toBe(userId);
    await expect(app.acquireTokenByUsernamePassword({ ...options, password: "wrong" })).rejects.toMatchObject({
      errorCode: "invalid_grant",
      errorMessage: expect.stringContaining("AADSTS50126") as unknown,
    });
  });

  test("on behalf of a user, from one API to another", async () => {
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
    if (account === null) {
      throw new Error("no account");
    }
    await expect(app.acquireTokenSilent({ scopes: ["Mail.Read"], account })).rejects.toMatchObject({
      name: "InteractionRequiredAuthError",
      subError: "consent_required",
    });
  });

  test("and learns why a redirect URI of the single-page platform does not work for it", async () => {
    const app = new PublicClientApplication(
      configuration(register({ redirectUris: [], spaRedirectUris: [redirectUri] })),
    );
    const { verifier: codeVerifier, challenge: codeChallenge } = await new CryptoProvider().generatePkceCodes();
    const request = { scopes, redirectUri };
    const address = await app.getAuthCodeUrl({ ...request, codeChallenge, codeChallengeMethod: "S256" });
    const code = (await visit(address)).searchParams.get("code") ?? "";
    await expect(app.acquireTokenByCode({ ...request, code, codeVerifier })).rejects.toMatchObject({
      errorCode: "invalid_request",
      errorNo: 9002327,
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
