import { generateKeyPairSync } from "node:crypto";
import {
  type AuthError,
  type Clock,
  ConfidentialClientApplication,
  type Credential,
  clientCertificate,
  clientSecret,
  protectedApi,
} from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { createSelfSignedCertificate, type Platform, startPlatform } from "@latchkey/platform";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const graphScopes = ["https://graph.microsoft.com/.default"];

let platform: Platform;
let fetch: typeof globalThis.fetch;
let clientId: string;
let secret: string;

beforeAll(async () => {
  platform = await startPlatform();
  fetch = createFetch({ certificateAuthorities: [platform.caCertificate] });
  const daemon = register("daemon");
  clientId = daemon.appId;
  secret = platform.directory.addPassword(daemon.appId).secretText;
  platform.directory.grantAdminConsent(daemon.appId);
});
afterAll(() => platform?.stop());

function register(displayName: string) {
  return platform.directory.registerApplication({
    displayName,
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
}

function daemon(clientCredential: Credential, options: { clientId?: string; tenant?: string; clock?: Clock } = {}) {
  return new ConfidentialClientApplication({
    clientId: options.clientId ?? clientId,
    authority: `${platform.url}/${options.tenant ?? platform.tenant.id}`,
    clientCredential,
    fetch,
    clock: options.clock,
  });
}

async function claimsOf(token: string) {
  const keys = await (await fetch(`${platform.url}/${platform.tenant.id}/discovery/v2.0/keys`)).json();
  return (await jwtVerify(token, createLocalJWKSet(keys))).payload;
}

async function errorOf(promise: Promise<unknown>): Promise<AuthError> {
  return promise.then(
    () => expect.unreachable("it succeeded"),
    (error: AuthError) => error,
  );
}

describe("a daemon", () => {
  test("gets a token that verifies with the published keys and contains its consented roles", async () => {
    const { accessToken, tokenType, expiresOn } = await daemon(clientSecret(secret)).acquireTokenForClient({
      scopes: graphScopes,
    });
    const claims = await claimsOf(accessToken);
    expect(tokenType).toBe("Bearer");
    expect(claims).toMatchObject({ appid: clientId, tid: platform.tenant.id, roles: ["User.Read.All"], idtyp: "app" });
    expect(Math.abs(expiresOn.getTime() / 1000 - (claims.exp ?? 0))).toBeLessThan(5);
  });

  test("gets the second token from the cache, and a new one with forceRefresh", async () => {
    const app = daemon(clientSecret(secret));
    const first = await app.acquireTokenForClient({ scopes: graphScopes });
    const second = await app.acquireTokenForClient({ scopes: graphScopes });
    const third = await app.acquireTokenForClient({ scopes: graphScopes, forceRefresh: true });
    expect([first, second, third].map(({ source }) => source)).toEqual(["network", "cache", "network"]);
    expect(second.accessToken).toBe(first.accessToken);
    expect(third.accessToken).not.toBe(first.accessToken);
  });

  test("can use the older two-step pattern", async () => {
    const app = daemon(clientSecret(secret));
    expect(await app.acquireTokenSilent({ scopes: graphScopes, account: null })).toBeUndefined();
    await app.acquireTokenForClient({ scopes: graphScopes });
    expect((await app.acquireTokenSilent({ scopes: graphScopes, account: null }))?.source).toBe("cache");
  });

  test("gets a new token after the old one has expired", async () => {
    const ahead = { ms: 0 };
    const app = daemon(clientSecret(secret), {
      clock: { now: () => platform.clock.now() + ahead.ms, sleep: () => new Promise(() => {}) },
    });
    await app.acquireTokenForClient({ scopes: graphScopes });
    ahead.ms = 54 * 60_000;
    expect((await app.acquireTokenForClient({ scopes: graphScopes })).source).toBe("cache");
    ahead.ms = 91 * 60_000;
    expect((await app.acquireTokenForClient({ scopes: graphScopes })).source).toBe("network");
  });

  test("reads the whole directory, page by page, from a tenant given by its domain", async () => {
    const app = daemon(clientSecret(secret), { tenant: platform.tenant.domain });
    const graph = protectedApi(app, { baseUrl: `${platform.url}/v1.0`, scopes: graphScopes, fetch });
    const names = new Set<string>();
    let pages = 0;
    for await (const users of graph.pages<{ userPrincipalName: string }>("users?$top=7")) {
      pages++;
      for (const { userPrincipalName } of users) {
        names.add(userPrincipalName);
      }
    }
    expect(pages).toBeGreaterThan(3);
    expect(names.size).toBeGreaterThan(25);
  });

  test("preserves both slashes of a resource that ends in one", async () => {
    const { accessToken } = await daemon(clientSecret(secret)).acquireTokenForClient({
      scopes: ["https://database.windows.net//.default"],
    });
    expect((await claimsOf(accessToken)).aud).toBe("https://database.windows.net/");
  });

  test("is refused by Graph until an administrator consents, and then needs a new token", async () => {
    const { appId } = register("consented later");
    const app = daemon(clientSecret(platform.directory.addPassword(appId).secretText), { clientId: appId });
    const graph = protectedApi(app, { baseUrl: `${platform.url}/v1.0`, scopes: graphScopes, fetch });
    const refusal = await errorOf(graph.json("users"));
    expect(refusal).toMatchObject({
      code: "insufficient_privileges",
      status: 403,
      error: "Authorization_RequestDenied",
    });
    expect(refusal.remedy).toContain(app.getAdminConsentUrl());
    platform.directory.grantAdminConsent(appId);
    await errorOf(graph.json("users"));
    expect(platform.events.at(-1)?.why).toMatch(/get a new token/);
    await app.acquireTokenForClient({ scopes: graphScopes, forceRefresh: true });
    expect(await graph.json("users")).toHaveProperty("value");
  });
});

describe("a daemon's certificate", () => {
  const made = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
  const { privateKey, certificate } = made;

  test.each<[string, () => Credential, string]>([
    [
      "SHA-1 thumbprint",
      () => clientCertificate({ privateKey: made.privateKey, thumbprint: made.thumbprint }),
      "RS256 and x5t",
    ],
    [
      "SHA-256 thumbprint",
      () => clientCertificate({ privateKey: made.privateKey, thumbprintSha256: made.thumbprintSha256 }),
      "PS256 and x5t#S256",
    ],
    ["certificate", () => clientCertificate({ privateKey, certificate }), "PS256 and x5t#S256"],
    [
      "certificate and chain in the header",
      () => clientCertificate({ privateKey, certificate, x5c: true }),
      "PS256 and x5t#S256",
    ],
  ])("is accepted by its %s", async (_, credential) => {
    const { appId } = register("by certificate");
    platform.directory.addCertificate(appId, made.certificate);
    const app = daemon(credential(), { clientId: appId });
    const { accessToken } = await app.acquireTokenForClient({ scopes: graphScopes });
    expect(await claimsOf(accessToken)).toMatchObject({ appidacr: "2" });
  });

  test("is identified by its thumbprint in the remedy if it is not registered", async () => {
    const error = await errorOf(
      daemon(clientCertificate({ privateKey, certificate })).acquireTokenForClient({ scopes: graphScopes }),
    );
    expect(error).toMatchObject({ code: "certificate_not_registered", aadsts: 700027 });
    expect(error.remedy).toContain(made.thumbprint);
  });

  test("is signed again with the service's time if the local clock is wrong", async () => {
    const { appId } = register("with a slow clock");
    platform.directory.addCertificate(appId, made.certificate);
    const app = new ConfidentialClientApplication({
      clientId: appId,
      authority: `${platform.url}/${platform.tenant.id}`,
      clientCredential: clientCertificate({ privateKey: made.privateKey, thumbprint: made.thumbprint }),
      fetch,
      clock: { now: () => platform.clock.now() - 3 * 3_600_000, sleep: () => new Promise(() => {}) },
    });
    const { timing } = await app.acquireTokenForClient({ scopes: graphScopes });
    expect(timing?.requestCount).toBe(2);
    const second = await app.acquireTokenForClient({ scopes: graphScopes, forceRefresh: true });
    expect(second.timing?.requestCount).toBe(1);
  });
});

describe("a daemon's mistake gets its code and a remedy:", () => {
  const unknownId = "99999999-9999-4999-8999-999999999999";
  const acquire = (app: ConfidentialClientApplication, scope = graphScopes[0] ?? "") =>
    errorOf(app.acquireTokenForClient({ scopes: [scope] }));

  test("a wrong secret", async () => {
    const error = await acquire(daemon(clientSecret("wrong")));
    expect(error).toMatchObject({
      code: "invalid_client_secret",
      aadsts: 7000215,
      status: 401,
      error: "invalid_client",
    });
    expect(error.remedy).toContain("not its id");
  });

  test("the secret's id instead of its value", async () => {
    const { appId } = register("by secret id");
    const { keyId } = platform.directory.addPassword(appId);
    const error = await acquire(daemon(clientSecret(keyId), { clientId: appId }));
    expect(error).toMatchObject({ code: "invalid_client_secret", aadsts: 7000215 });
    expect(platform.events.at(-1)?.why).toMatch(/id of a registered secret/);
  });

  test("an expired secret", async () => {
    const { appId } = register("with an expired secret");
    const { secretText } = platform.directory.addPassword(appId, {
      startMs: platform.clock.now() - 2 * 86_400_000,
      endMs: platform.clock.now() - 86_400_000,
    });
    expect(await acquire(daemon(clientSecret(secretText), { clientId: appId }))).toMatchObject({
      code: "client_secret_expired",
      aadsts: 7000222,
    });
  });

  test("an unknown application", async () => {
    expect(await acquire(daemon(clientSecret(secret), { clientId: unknownId }))).toMatchObject({
      code: "application_not_found",
      aadsts: 700016,
    });
  });

  test("an unknown tenant", async () => {
    expect(await acquire(daemon(clientSecret(secret), { tenant: unknownId }))).toMatchObject({
      code: "tenant_not_found",
      aadsts: 90002,
    });
  });

  test("a resource that the tenant does not have", async () => {
    expect(await acquire(daemon(clientSecret(secret)), "https://unknown.example/.default")).toMatchObject({
      code: "resource_not_found",
      aadsts: 500011,
    });
  });

  test("a key that belongs to another certificate than the registered one", async () => {
    const registered = createSelfSignedCertificate({ commonName: "registered", days: 30 });
    const { appId } = register("with another key");
    platform.directory.addCertificate(appId, registered.certificate);
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const credential = clientCertificate({ privateKey, thumbprint: registered.thumbprint });
    expect(await acquire(daemon(credential, { clientId: appId }))).toMatchObject({
      code: "certificate_key_mismatch",
      aadsts: 700027,
      remedy: expect.stringContaining(`thumbprint ${registered.thumbprint}`),
    });
  });

  test("a certificate that has expired for the service", async () => {
    const expiring = createSelfSignedCertificate({ commonName: "expiring", days: 1 });
    const { appId } = register("with a certificate that expires");
    platform.directory.addCertificate(appId, expiring.certificate);
    const { privateKey, thumbprint } = expiring;
    const app = daemon(clientCertificate({ privateKey, thumbprint }), { clientId: appId });
    platform.clock.advance(2 * 86_400_000);
    const error = await acquire(app).finally(() => platform.clock.advance(-2 * 86_400_000));
    expect(error).toMatchObject({ code: "certificate_expired", aadsts: 700027 });
  });
});
