import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
// The built platform, as the client that is tested is the built one.
import { createSelfSignedCertificate, type Platform, startPlatform } from "@latchkey/platform";
import type { Settings } from "../../runtimes/settings.js";

/**
 * How many token requests each application is to send: the rest comes from the cache, or from another caller's request.
 * The user's two sign-ins are this file's.
 */
const expectedRequests = { secretApp: 2, certificateApp: 1, crowdApp: 2, ageingApp: 2, userApp: 4 };
const password = "Right-1-right";
const graph = { name: "Microsoft Graph", permissions: ["User.Read.All"], delegatedPermissions: ["User.Read"] };

/** Starts a local platform for the smoke suite. */
export async function startSmokePlatform() {
  const platform = await startPlatform();
  const { directory, tenant, caCertificate } = platform;
  const { privateKey, certificate } = createSelfSignedCertificate({ commonName: "smoke", days: 1 });
  const username = `smoke@${tenant.domain}`;
  directory.createUser({ userPrincipalName: username, displayName: "Smoke", password });
  const deadPort = await unusedPort();

  function registerApplication(options: Partial<Parameters<typeof directory.registerApplication>[0]> = {}): string {
    const application = { displayName: "smoke", requiredResourceAccess: [graph], ...options };
    const { appId } = directory.registerApplication(application);
    directory.grantAdminConsent(appId);
    return appId;
  }

  function withSecret(clientId = registerApplication()): Settings["secretApp"] {
    return { clientId, secret: directory.addPassword(clientId).secretText };
  }

  /** Registers new applications for a run of the suite. `miscount` returns what was requested too often or too rarely. */
  async function register() {
    const certificateId = registerApplication();
    directory.addCertificate(certificateId, certificate);
    const apiUri = `api://smoke-${randomUUID()}`;
    const apiId = registerApplication({ identifierUris: [apiUri], scopes: [{ value: "access" }] });
    const access = { resourceAppId: apiId, delegatedPermissions: ["access"] };
    const userId = registerApplication({ allowPublicClient: true, requiredResourceAccess: [graph, access] });
    const { access_token: oboAssertion = "" } = await signIn(platform, userId, username, `${apiUri}/access`);
    // As another library would have stored it.
    const userScope = "openid profile offline_access User.Read";
    const { refresh_token: refreshToken = "" } = await signIn(platform, userId, username, userScope);
    const settings: Settings = {
      authority: `${platform.url}/${tenant.id}`,
      deadAuthority: `https://localhost:${deadPort}/${tenant.id}`,
      graph: `${platform.url}/v1.0/`,
      secretApp: withSecret(),
      certificateApp: { clientId: certificateId, privateKey, certificate },
      crowdApp: withSecret(),
      ageingApp: withSecret(),
      apiApp: { ...withSecret(apiId), oboAssertion },
      userApp: { clientId: userId, username, refreshToken },
    };
    const miscount = (): string | undefined => {
      const problems = Object.entries(expectedRequests).flatMap(([name, expected]) => {
        const { clientId } = settings[name as keyof typeof expectedRequests];
        const { length } = platform.events.filter((event) => event.type === "token" && event.clientId === clientId);
        return length === expected ? [] : [`${name} sent ${length} token requests, not ${expected}`];
      });
      return problems.length === 0 ? undefined : problems.join("\n");
    };
    return { settings, miscount };
  }

  return { caCertificate, register, stop: () => platform.stop() };
}

/** Returns the tokens for the user's name and password. */
async function signIn({ url, tenant, fetch }: Platform, client_id: string, username: string, scope: string) {
  const body = new URLSearchParams({ client_id, grant_type: "password", scope, username, password });
  const response = await fetch(new Request(`${url}/${tenant.id}/oauth2/v2.0/token`, { method: "POST", body }));
  return (await response.json()) as { readonly access_token?: string; readonly refresh_token?: string };
}

/** A port that was free a moment ago and has no listener. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
