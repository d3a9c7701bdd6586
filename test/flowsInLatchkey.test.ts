import {
  type ApplicationOptions,
  type Clock,
  ConfidentialClientApplication,
  clientSecret,
  type DeviceCodeInfo,
  InteractionRequiredError,
  PublicClientApplication,
} from "@latchkey/client";
import { acquireTokenInteractive, createFetch } from "@latchkey/client/node";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerDevicePage } from "./support/devicePage.ts";
import { postBackAs, signInAs } from "./support/signInAs.ts";

const scopes = ["User.Read"];
const hourMs = 3_600_000;

let platform: Platform;
/** A tool on the user's machine, which calls the API. */
let tool: string;
/** An API, which calls Graph on behalf of its callers. */
let api: string;
let apiSecret: string;

beforeAll(async () => {
  platform = await startPlatform();
  const { directory } = platform;
  const graph = { name: "Microsoft Graph", delegatedPermissions: ["User.Read"] };
  ({ appId: api } = directory.registerApplication({
    displayName: "orders",
    identifierUris: ["api://orders"],
    scopes: [{ value: "access" }],
    requiredResourceAccess: [graph],
  }));
  apiSecret = directory.addPassword(api).secretText;
  ({ appId: tool } = directory.registerApplication({
    displayName: "tool",
    publicClientRedirectUris: ["http://localhost"],
    allowPublicClient: true,
    signInAudience: "AzureADMultipleOrgs",
    requiredResourceAccess: [graph, { resourceAppId: api, delegatedPermissions: ["access"] }],
  }));
  for (const appId of [api, tool]) {
    directory.grantAdminConsent(appId);
  }
});
afterAll(() => platform?.stop());

/** The platform's clock; where a device would wait between polls, it is moved on instead. */
const clock: Clock = {
  now: () => platform.clock.now(),
  sleep: (ms, signal) =>
    ms === 5_000 ? Promise.resolve(platform.clock.advance(ms)) : platform.clock.sleep(ms, signal),
};

function options(clientId: string, tenant = platform.tenant.id): ApplicationOptions {
  const fetch = createFetch({ certificateAuthorities: [platform.caCertificate] });
  return { clientId, authority: `${platform.url}/${tenant}`, clock, fetch };
}

function makeTool(tenant?: string): PublicClientApplication {
  return new PublicClientApplication(options(tool, tenant));
}

function makeApi(): ConfidentialClientApplication {
  return new ConfidentialClientApplication({ ...options(api), clientCredential: clientSecret(apiSecret) });
}

interface Person {
  readonly userPrincipalName: string;
  readonly password: string;
}

function addUser(): Person {
  const name = `user${crypto.randomUUID().slice(0, 8)}`;
  const [userPrincipalName, password] = [`${name}@${platform.tenant.domain}`, "Right-1-right"];
  platform.directory.createUser({ userPrincipalName, displayName: name, password });
  return { userPrincipalName, password };
}

describe("a sign-in by device code", () => {
  /** The administrator enters the code on another device, and answers the page's questions. */
  async function answerPage({ verificationUri, userCode }: DeviceCodeInfo, action: "confirm" | "decline") {
    await answerDevicePage(platform, { user_code: userCode, verification_uri: verificationUri }, action);
  }

  test.each(["tenant", "organizations"])("gets the user's tokens, at /%s", async (path) => {
    const app = makeTool(path === "tenant" ? undefined : path);
    let message = "";
    const { account } = await app.acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: (code) => {
        message = code.message;
        return answerPage(code, "confirm");
      },
    });
    expect(message).toContain(`${platform.url}/devicelogin`);
    expect(account).toMatchObject({
      username: platform.tenant.administrator.userPrincipalName,
      tenantId: platform.tenant.id,
    });
    if (account === undefined) {
      throw new Error("no user signed in");
    }
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
    expect((await app.acquireTokenSilent({ scopes, account, forceRefresh: true })).source).toBe("network");
  });

  test("polls until the user comes", async () => {
    const app = makeTool();
    let questions = 0;
    const off = platform.on("beforeResponse", async ({ endpoint }) => {
      if (endpoint === "token" && ++questions === 3) {
        await answerPage(shown as DeviceCodeInfo, "confirm");
      }
    });
    let shown: DeviceCodeInfo | undefined;
    const result = await app.acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: (code) => {
        shown = code;
      },
    });
    off();
    expect(questions).toBe(4);
    expect(result.account?.tenantId).toBe(platform.tenant.id);
  });

  test("reports that the user has declined", async () => {
    const deviceCodeCallback = (code: DeviceCodeInfo) => answerPage(code, "decline");
    await expect(makeTool().acquireTokenByDeviceCode({ scopes, deviceCodeCallback })).rejects.toMatchObject({
      code: "access_denied",
      aadsts: 65004,
    });
  });

  test("reports that no user came in time, by its own clock or by the service's", async () => {
    const signIn = (deviceCodeCallback: () => void) =>
      makeTool().acquireTokenByDeviceCode({ scopes, deviceCodeCallback });
    let expiresInSeconds = 10;
    const off = platform.on("beforeResponse", ({ endpoint, body }) => {
      if (endpoint === "deviceCode" && typeof body === "object") {
        body["expires_in"] = expiresInSeconds;
      }
    });
    await expect(signIn(() => {})).rejects.toMatchObject({ code: "device_code_expired" });
    expiresInSeconds = 10_000;
    await expect(signIn(() => platform.clock.advance(hourMs))).rejects.toMatchObject({
      code: "device_code_expired",
      aadsts: 70020,
    });
    off();
  });

  test("reports the device endpoint's refusal, and shows nothing to the user", async () => {
    const app = new PublicClientApplication(options("99999999-9999-4999-8999-999999999999"));
    let calls = 0;
    const work = app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => calls++ });
    await expect(work).rejects.toMatchObject({ code: "application_not_found", aadsts: 700016 });
    expect(calls).toBe(0);
  });
});

describe("a sign-in by user name and password", () => {
  test("gets the user's tokens", async () => {
    const { userPrincipalName: username, password } = addUser();
    const { account } = await makeTool().acquireTokenByUsernamePassword({ scopes, username, password });
    expect(account).toMatchObject({ username, tenantId: platform.tenant.id });
  });

  test("distinguishes a wrong password from a wrong authority", async () => {
    const { userPrincipalName: username } = addUser();
    const signIn = (tenant?: string) =>
      makeTool(tenant).acquireTokenByUsernamePassword({ scopes, username, password: "wrong" });
    await expect(signIn()).rejects.toMatchObject({ code: "invalid_user_credential", aadsts: 50126 });
    await expect(signIn("common")).rejects.toMatchObject({ code: "tenant_required", aadsts: 9001023 });
  });
});

describe("a token on behalf of a caller", () => {
  /** The token that a user's tool sends to the API. */
  async function call(person = addUser()): Promise<string> {
    const { userPrincipalName: username, password } = person;
    const options = { scopes: ["api://orders/access"], username, password };
    return (await makeTool().acquireTokenByUsernamePassword(options)).accessToken;
  }

  test("is for Graph and the caller, and comes from the cache with the account", async () => {
    const app = makeApi();
    const person = addUser();
    const oboAssertion = await call(person);
    const result = await app.acquireTokenOnBehalfOf({ scopes, oboAssertion });
    const me = await platform.fetch(
      new Request(`${platform.url}/v1.0/me`, { headers: { authorization: `Bearer ${result.accessToken}` } }),
    );
    expect(await me.json()).toMatchObject({ userPrincipalName: person.userPrincipalName });
    expect(await app.acquireTokenOnBehalfOf({ scopes, oboAssertion })).toMatchObject({
      source: "cache",
      accessToken: result.accessToken,
      account: { username: person.userPrincipalName },
      idTokenClaims: { preferred_username: person.userPrincipalName },
    });
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
  });

  test("is not returned for another caller", async () => {
    const app = makeApi();
    const people = [addUser(), addUser()];
    const assertions = await Promise.all(people.map(call));
    for (let round = 0; round < 2; round++) {
      for (const [index, oboAssertion] of assertions.entries()) {
        const { account, source } = await app.acquireTokenOnBehalfOf({ scopes, oboAssertion });
        expect(account?.username).toBe(people[index]?.userPrincipalName);
        expect(source).toBe(round === 0 ? "network" : "cache");
      }
    }
  });

  test("is refreshed even when the caller's own token has expired", async () => {
    const app = makeApi();
    const oboAssertion = await call();
    await app.acquireTokenOnBehalfOf({ scopes, oboAssertion });
    platform.clock.advance(2 * hourMs);
    expect((await app.acquireTokenOnBehalfOf({ scopes, oboAssertion })).source).toBe("network");
    await expect(makeApi().acquireTokenOnBehalfOf({ scopes, oboAssertion })).rejects.toMatchObject({
      code: "user_assertion_rejected",
      aadsts: 500133,
    });
  });

  test("continues under a session key after the caller's request, until the user's sessions are revoked", async () => {
    const app = makeApi();
    const person = addUser();
    const sessionKey = "report-7";
    await app.acquireTokenOnBehalfOf({ scopes, oboAssertion: await call(person), sessionKey });
    for (let day = 0; day < 3; day++) {
      platform.clock.advance(24 * hourMs);
      const { account, source } = await app.acquireTokenOnBehalfOf({ scopes, sessionKey });
      expect(source).toBe("network");
      expect(account?.username).toBe(person.userPrincipalName);
    }
    platform.clock.advance(hourMs);
    platform.directory.revokeSessions(person.userPrincipalName);
    const failure = app.acquireTokenOnBehalfOf({ scopes, sessionKey, forceRefresh: true });
    await expect(failure).rejects.toBeInstanceOf(InteractionRequiredError);
    await expect(failure).rejects.toMatchObject({ code: "sign_in_required", aadsts: 50173 });
  });

  test("requires the user if the user has not consented to it", async () => {
    const failure = makeApi().acquireTokenOnBehalfOf({ scopes: ["Mail.Read"], oboAssertion: await call() });
    await expect(failure).rejects.toMatchObject({ name: "InteractionRequiredError", code: "consent_required" });
  });
});

describe("a token by another grant", () => {
  test("is requested with the caller's parameters", async () => {
    const { userPrincipalName: username, password } = addUser();
    const app = makeTool();
    const options = { grantType: "password", parameters: { username, password }, scopes };
    expect(await app.acquireTokenByGrant(options)).toMatchObject({ account: undefined, source: "network" });
    const { account } = await app.acquireTokenByGrant({ ...options, keepAccount: true });
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
  });

  test("is refused if the service does not know the grant", async () => {
    const work = makeApi().acquireTokenByGrant({ grantType: "urn:ietf:params:oauth:grant-type:token-exchange" });
    await expect(work).rejects.toMatchObject({ code: "request_rejected", error: "unsupported_grant_type" });
  });
});

describe("a sign-in with this machine's browser", () => {
  /** The last page that the user's browser shows. */
  let page: Promise<string>;
  const signInAsPerson = (app: PublicClientApplication, options: readonly string[], person: Person) =>
    acquireTokenInteractive(app, {
      scopes: options,
      openBrowser: (url) => {
        page = postBackAs(platform, url, person);
        return page;
      },
    });

  test("gets the user's tokens", async () => {
    const person = addUser();
    const app = makeTool();
    const { account } = await signInAsPerson(app, scopes, person);
    expect(account?.username).toBe(person.userPrincipalName);
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    expect(await page).toContain("You have signed in");
  });

  test("reports what the page refuses, in the browser too", async () => {
    const work = signInAsPerson(makeTool(), ["api://nowhere/access"], platform.tenant.administrator);
    await expect(work).rejects.toMatchObject({ code: "resource_not_found", aadsts: 500011 });
    expect(await page).toContain("AADSTS500011");
  });
});

describe("a user flow like B2C's", () => {
  test("signs a user in under its policy's path, and signs out there", async () => {
    const { hostname } = new URL(platform.url);
    const { appId } = platform.directory.registerApplication({
      displayName: "shop",
      publicClientRedirectUris: ["http://localhost"],
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    });
    platform.directory.grantAdminConsent(appId);
    const policy = `${platform.tenant.domain}/b2c_1_susi`;
    const app = new PublicClientApplication({ ...options(appId, policy), knownAuthorities: [hostname] });
    const person = addUser();
    const request = await app.getAuthorizationUrl({ scopes: [], redirectUri: "http://localhost:4711" });
    expect(new URL(request.url).pathname).toContain("/b2c_1_susi/oauth2/v2.0/authorize");
    const response = await signInAs(platform, request.url, person);
    const { account } = await app.acquireTokenByAuthorizationCode({ request, response });
    expect(account?.homeAccountId).toMatch(/-b2c_1_susi\./i);
    expect(await app.getSignOutUrl({ account })).toContain("/b2c_1_susi/oauth2/v2.0/logout?");
    if (account === undefined) {
      throw new Error("no user signed in");
    }
    await app.acquireTokenSilent({ scopes: [], account, forceRefresh: true });
  });
});
