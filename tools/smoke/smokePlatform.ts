import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import type { Platform } from "@latchkey/platform";
import type { Settings } from "../runtimes/settings.js";

/** A local platform for the smoke suite. */
export interface SmokePlatform {
  readonly caCertificate: string;
  /** Registers the suite's applications anew, so that what they asked for can be counted. */
  register(): Promise<Registered>;
  stop(): Promise<void>;
}

export interface Registered {
  readonly settings: Settings;
  /** What was asked otherwise than the suite has to ask, in words; `undefined` when nothing was. */
  miscount(): string | undefined;
}

/** How many token requests each application is to send: the rest comes from the cache, or from another caller's request. */
const expectedRequests = { secretApp: 2, certificateApp: 1, crowdApp: 2, ageingApp: 2, userApp: 2 };

const password = "Right-1-right";

export async function startSmokePlatform(): Promise<SmokePlatform> {
  // Not before the check runs: it is the built one, and may not be there yet.
  const { createSelfSignedCertificate, startPlatform } = await import("@latchkey/platform");
  const platform = await startPlatform();
  const { directory, tenant } = platform;
  const { privateKey, certificate } = createSelfSignedCertificate({ commonName: "smoke", days: 1 });
  const username = `smoke@${tenant.domain}`;
  directory.createUser({ userPrincipalName: username, displayName: "Smoke", password });
  const deadPort = await unusedPort();

  function registerApplication(
    allowPublicClient: boolean,
    { apiId, ...more }: { readonly apiId?: string } & Partial<Parameters<typeof directory.registerApplication>[0]> = {},
  ): string {
    const { appId } = directory.registerApplication({
      displayName: "smoke",
      allowPublicClient,
      requiredResourceAccess: [
        { name: "Microsoft Graph", permissions: ["User.Read.All"], delegatedPermissions: ["User.Read"] },
        ...(apiId === undefined ? [] : [{ resourceAppId: apiId, delegatedPermissions: ["access"] }]),
      ],
      ...more,
    });
    directory.grantAdminConsent(appId);
    return appId;
  }

  function withSecret(clientId = registerApplication(false)): Settings["secretApp"] {
    return { clientId, secret: directory.addPassword(clientId).secretText };
  }

  return {
    caCertificate: platform.caCertificate,
    async register() {
      const certificateId = registerApplication(false);
      directory.addCertificate(certificateId, certificate);
      const apiUri = `api://smoke-${randomUUID()}`;
      const apiId = registerApplication(false, { identifierUris: [apiUri], scopes: [{ value: "access" }] });
      const userId = registerApplication(true, { apiId });
      const askAs = (scope: string) => signIn(platform, userId, username, scope);
      const settings: Settings = {
        authority: `${platform.url}/${tenant.id}`,
        deadAuthority: `https://localhost:${deadPort}/${tenant.id}`,
        graph: `${platform.url}/v1.0/`,
        secretApp: withSecret(),
        certificateApp: { clientId: certificateId, privateKey, certificate },
        crowdApp: withSecret(),
        ageingApp: withSecret(),
        apiApp: { ...withSecret(apiId), oboAssertion: (await askAs(`${apiUri}/access`)).access_token },
        userApp: {
          clientId: userId,
          username,
          // As another library would have kept it.
          refreshToken: (await askAs("openid profile offline_access User.Read")).refresh_token ?? "",
        },
      };
      const asked = (clientId: string): number =>
        platform.events.filter((event) => event.type === "token" && event.clientId === clientId).length;
      const before = asked(userId);
      return {
        settings,
        miscount() {
          const counted = Object.entries(expectedRequests).map(([name, expected]) => {
            const { clientId } = settings[name as keyof typeof expectedRequests];
            const requests = asked(clientId) - (clientId === userId ? before : 0);
            return requests === expected ? undefined : `${name} sent ${requests} token requests, not ${expected}`;
          });
          return counted.filter((text) => text !== undefined).join("\n") || undefined;
        },
      };
    },
    stop: () => platform.stop(),
  };
}

/** What the user's tool is given for the user's name and password. */
async function signIn(
  platform: Platform,
  clientId: string,
  username: string,
  scope: string,
): Promise<{ readonly access_token: string; readonly refresh_token?: string }> {
  const body = new URLSearchParams({ client_id: clientId, grant_type: "password", scope, username, password });
  const url = `${platform.url}/${platform.tenant.id}/oauth2/v2.0/token`;
  const answer = await platform.fetch(new Request(url, { method: "POST", body }));
  if (!answer.ok) throw new Error(`The platform gave no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { access_token: string; refresh_token?: string };
}

/** A port that was free a moment ago, and that nobody listens on. */
function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
