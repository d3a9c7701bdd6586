import {
  type ApplicationOptions,
  type AuthorizationRequest,
  ConfidentialClientApplication,
  clientSecret,
  InteractionRequiredError,
  PublicClientApplication,
} from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInAs } from "./support/signInAs.ts";

const redirectUri = "https://app.example/back";
const graphScope = "User.Read";

let platform: Platform;
let webApp: string;
let secret: string;
let nativeApp: string;

beforeAll(async () => {
  platform = await startPlatform();
  const { directory } = platform;
  const register = (isPublic: boolean): string => {
    const { appId } = directory.registerApplication({
      displayName: isPublic ? "tool" : "web app",
      ...(isPublic ? { publicClientRedirectUris: ["http://localhost"] } : { redirectUris: [redirectUri] }),
      signInAudience: "AzureADMultipleOrgs",
      requiredResourceAccess: [
        { name: "Microsoft Graph", delegatedPermissions: ["User.Read", "Mail.Read"] },
        { name: "Windows Azure Service Management API", delegatedPermissions: ["user_impersonation"] },
      ],
    });
    directory.grantAdminConsent(appId);
    return appId;
  };
  webApp = register(false);
  nativeApp = register(true);
  secret = directory.addPassword(webApp).secretText;
});
afterAll(() => platform.stop());

/** Clock, authority and network of an application under test: the platform's own. */
function options(clientId: string, tenant = platform.tenant.id): ApplicationOptions {
  return {
    clientId,
    authority: `${platform.url}/${tenant}`,
    clock: platform.clock,
    fetch: createFetch({ certificateAuthorities: [platform.caCertificate] }),
  };
}

function makeWebApp(tenant?: string): ConfidentialClientApplication {
  return new ConfidentialClientApplication({ ...options(webApp, tenant), clientCredential: clientSecret(secret) });
}

function signIn(request: AuthorizationRequest): Promise<URL> {
  return signInAs(platform, request.url, platform.tenant.administrator);
}

describe("a web app", () => {
  test("signs a user in, with the session as JSON in between", async () => {
    const app = makeWebApp();
    const session = JSON.stringify(await app.getAuthorizationUrl({ scopes: [graphScope], redirectUri }));
    const response = await signIn(JSON.parse(session));
    const result = await app.acquireTokenByAuthorizationCode({ request: JSON.parse(session), response });
    const { userPrincipalName } = platform.tenant.administrator;
    expect(result).toMatchObject({
      source: "network",
      tenantId: platform.tenant.id,
      account: { username: userPrincipalName, tenantId: platform.tenant.id },
      idTokenClaims: { preferred_username: userPrincipalName, aud: webApp, tid: platform.tenant.id },
    });
    expect(result.account?.homeAccountId).toBe(`${result.idTokenClaims?.oid}.${platform.tenant.id}`);
    expect(result.scopes).toContain(graphScope);
    const me = await platform.fetch(
      new Request(`${platform.url}/v1.0/me`, { headers: { authorization: `Bearer ${result.accessToken}` } }),
    );
    expect(await me.json()).toMatchObject({ userPrincipalName });
  });

  test("signs in under a tenant's domain and under organizations", async () => {
    for (const tenant of [platform.tenant.domain, "organizations"]) {
      const app = makeWebApp(tenant);
      const request = await app.getAuthorizationUrl({ scopes: [graphScope], redirectUri });
      const { account } = await app.acquireTokenByAuthorizationCode({ request, response: await signIn(request) });
      expect(account?.tenantId).toBe(platform.tenant.id);
      if (account === undefined) {
        throw new Error("no user signed in");
      }
      expect(await app.acquireTokenSilent({ scopes: [graphScope], account })).toMatchObject({ source: "cache" });
    }
  });
});

describe("a signed-in user", () => {
  async function signedIn() {
    const app = makeWebApp();
    const request = await app.getAuthorizationUrl({ scopes: [graphScope], redirectUri });
    const { account } = await app.acquireTokenByAuthorizationCode({ request, response: await signIn(request) });
    if (account === undefined) {
      throw new Error("no user signed in");
    }
    return { app, account };
  }

  test("gets tokens from the cache, then with the refresh token, and for another API", async () => {
    const { app, account } = await signedIn();
    const silent = (scopes: string[]) => app.acquireTokenSilent({ scopes, account });
    expect(await silent([graphScope])).toMatchObject({ source: "cache", account });
    // The response to the sign-in said that this was granted as well.
    expect(await silent(["Mail.Read"])).toMatchObject({ source: "cache", account });
    expect(await silent(["https://management.azure.com/user_impersonation"])).toMatchObject({ source: "network" });
    platform.clock.advance(2 * 3_600_000);
    expect(await silent([graphScope])).toMatchObject({ source: "network", account });
    expect(await silent([graphScope])).toMatchObject({ source: "cache", account });
  });

  test("has to sign in again once the sessions are revoked", async () => {
    const { app, account } = await signedIn();
    platform.clock.advance(60_000);
    platform.directory.revokeSessions(account.username);
    const failure = app.acquireTokenSilent({ scopes: [graphScope], account, forceRefresh: true });
    await expect(failure).rejects.toBeInstanceOf(InteractionRequiredError);
    await expect(failure).rejects.toMatchObject({ code: "sign_in_required" });
  });

  test("is removed with the account", async () => {
    const { app, account } = await signedIn();
    await app.tokenCache.removeAccount(account);
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
    await expect(app.acquireTokenSilent({ scopes: [graphScope], account })).rejects.toMatchObject({
      code: "sign_in_required",
    });
  });
});

describe("a tool on the user's machine", () => {
  test("signs in without a secret, and imports a refresh token from elsewhere", async () => {
    const app = new PublicClientApplication(options(nativeApp));
    const request = await app.getAuthorizationUrl({ scopes: [graphScope], redirectUri: "http://localhost:4711" });
    let refreshToken = "";
    const off = platform.on("beforeResponse", ({ endpoint, body }) => {
      if (endpoint === "token" && typeof body === "object") {
        refreshToken = String(body["refresh_token"]);
      }
    });
    const { account } = await app.acquireTokenByAuthorizationCode({ request, response: await signIn(request) });
    off();
    const other = new PublicClientApplication(options(nativeApp));
    const result = await other.acquireTokenByRefreshToken({ refreshToken, scopes: [graphScope] });
    expect(result.account).toEqual(account);
    expect(await other.tokenCache.getAllAccounts()).toEqual([account]);
  });

  test("says which of its redirect URIs is wrong if a page may not redeem the code", async () => {
    const app = new PublicClientApplication(options(webApp));
    const request = await app.getAuthorizationUrl({ scopes: [graphScope], redirectUri });
    const failure = app.acquireTokenByAuthorizationCode({ request, response: await signIn(request) });
    await expect(failure).rejects.toMatchObject({ code: "client_credential_missing", aadsts: 7000218 });
  });

  test("returns the sign-out page of its authority", async () => {
    const app = new PublicClientApplication(options(nativeApp));
    const url = new URL(await app.getSignOutUrl({ postLogoutRedirectUri: "http://localhost:4711" }));
    expect(`${url.origin}${url.pathname}`).toBe(`${platform.url}/${platform.tenant.id}/oauth2/v2.0/logout`);
    expect(url.searchParams.get("post_logout_redirect_uri")).toBe("http://localhost:4711");
  });
});
