import {
  type ApplicationOptions,
  ConfidentialClientApplication,
  type Credential,
  clientCertificate,
  clientSecret,
  PublicClientApplication,
} from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { createSelfSignedCertificate, type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { signInAs } from "./support/signInAs.ts";

const appScopes = ["https://graph.microsoft.com/.default"];
const scopes = ["User.Read"];
const redirectUri = "http://localhost";
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let platform: Platform;
let daemonId: string;
let toolId: string;
let credential: Credential;
/** The token requests that were sent, by all applications. */
let sent = 0;

beforeAll(async () => {
  platform = await startPlatform();
  const { directory } = platform;
  daemonId = directory.registerApplication({
    displayName: "daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  }).appId;
  toolId = directory.registerApplication({
    displayName: "tool",
    publicClientRedirectUris: [redirectUri],
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  }).appId;
  for (const appId of [daemonId, toolId]) {
    directory.grantAdminConsent(appId);
  }
  credential = clientSecret(directory.addPassword(daemonId).secretText);
});
afterEach(() => {
  platform.faults.clear();
  sent = 0;
});
afterAll(() => platform.stop());

/** Clock, authority and network of an application under test: the platform's own. */
function options(clientId: string): ApplicationOptions {
  const fetch = createFetch({ certificateAuthorities: [platform.caCertificate] });
  return {
    clientId,
    authority: `${platform.url}/${platform.tenant.id}`,
    clock: platform.clock,
    fetch: (url, init) => {
      sent++;
      return fetch(url, init);
    },
  };
}

function makeDaemon(changes: object = {}): ConfidentialClientApplication {
  return new ConfidentialClientApplication({ ...options(daemonId), clientCredential: credential, ...changes });
}

async function signIn(app: PublicClientApplication) {
  const request = await app.getAuthorizationUrl({ scopes, redirectUri });
  const response = await signInAs(platform, request.url, platform.tenant.administrator);
  const { account, ...result } = await app.acquireTokenByAuthorizationCode({ request, response });
  if (account === undefined) {
    throw new Error("no user signed in");
  }
  return { ...result, account };
}

describe("a daemon with a failing platform", () => {
  test.each([
    ["a reset connection", { connection: "reset" }],
    ["503", { status: 503 }],
    ["a gateway's page", { status: 502, body: "html" }],
    ["AADSTS90033", { aadsts: 90033 }],
  ] as const)("gets its token with the second request: %s", async (_, fault) => {
    platform.faults.add({ endpoint: "token", count: 1, ...fault });
    // It really waits: the platform's clock follows the machine's.
    const { timing } = await makeDaemon().acquireTokenForClient({ scopes: appScopes });
    expect([timing?.requestCount, sent]).toEqual([2, 2]);
  });

  test("sends nothing for as long as the platform asks", async () => {
    platform.faults.add({ endpoint: "token", status: 429, retryAfterSeconds: 60 });
    const app = makeDaemon();
    for (const _ of [1, 2, 3]) {
      await expect(app.acquireTokenForClient({ scopes: appScopes })).rejects.toMatchObject({
        code: "throttled",
        status: 429,
      });
    }
    expect(sent).toBe(1);
    platform.faults.clear();
    platform.clock.advance(minuteMs);
    await expect(app.acquireTokenForClient({ scopes: appScopes })).resolves.toMatchObject({ source: "network" });
  });
});

describe("a user who works through a half-day outage", () => {
  test("notices nothing, and gets a newer token when it is over", async () => {
    const refreshes: Promise<unknown>[] = [];
    const app = new PublicClientApplication({
      ...options(toolId),
      clientCapabilities: ["cp1"],
      waitUntil: (work) => refreshes.push(work),
    });
    const { account, accessToken, refreshOn } = await signIn(app);
    const silent = () => app.acquireTokenSilent({ scopes, account });
    platform.faults.add({ endpoint: "token", connection: "reset" });
    const lifeMs = (refreshOn?.getTime() ?? Number.NaN) - platform.clock.now();
    expect(lifeMs).toBeGreaterThan(9 * hourMs);
    platform.clock.advance(lifeMs + 5 * minuteMs);
    for (let hour = 0; hour < 3; hour++) {
      expect(await silent()).toMatchObject({ accessToken, source: "cache" });
      await refreshes.at(-1);
      platform.clock.advance(hourMs);
    }
    expect(refreshes).toHaveLength(3);
    platform.faults.clear();
    expect(await silent()).toMatchObject({ accessToken, source: "cache" });
    await refreshes.at(-1);
    const newer = await silent();
    expect(newer.source).toBe("cache");
    expect(newer.accessToken).not.toBe(accessToken);
  });
});

describe("a machine whose clock is hours wrong", () => {
  test.each([-5 * hourMs, 5 * hourMs])("signs users in and authenticates all the same: %d ms", async (offMs) => {
    const clock = { now: () => platform.clock.now() + offMs, sleep: platform.clock.sleep };
    const { account } = await signIn(new PublicClientApplication({ ...options(toolId), clock }));
    expect(account.tenantId).toBe(platform.tenant.id);

    const made = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
    platform.directory.addCertificate(daemonId, made.certificate);
    const { privateKey, thumbprint } = made;
    const daemon = makeDaemon({ clock, clientCredential: clientCertificate({ privateKey, thumbprint }) });
    for (const requestCount of [2, 1]) {
      const { timing } = await daemon.acquireTokenForClient({ scopes: appScopes, forceRefresh: true });
      expect(timing?.requestCount).toBe(requestCount);
    }
  });

  test("is not assumed if the platform's clock was moved and the application uses it", async () => {
    const made = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
    platform.directory.addCertificate(daemonId, made.certificate);
    platform.clock.advance(3 * hourMs);
    const daemon = makeDaemon({
      clientCredential: clientCertificate({ privateKey: made.privateKey, thumbprint: made.thumbprint }),
    });
    for (const requestCount of [1, 1]) {
      const { timing } = await daemon.acquireTokenForClient({ scopes: appScopes, forceRefresh: true });
      expect(timing?.requestCount).toBe(requestCount);
    }
  });
});
