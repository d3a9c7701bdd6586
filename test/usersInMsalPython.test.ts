import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childEnvironment } from "./support/childEnvironment.ts";
import { clientProgram } from "./support/clientProgram.ts";
import { converse } from "./support/converse.ts";
import { person } from "./support/person.ts";
import { runClient } from "./support/runClient.ts";

const password = "Right-1-right";
const redirectUri = "https://app.example/back";
const { skipped } = clientProgram("python/password.py");
const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;

let platform: Platform;
let folder: string;
let user: string;
let userId: string;
beforeAll(async () => {
  platform = await startPlatform({ mode: "interception" });
  folder = await mkdtemp(join(tmpdir(), "latchkey-python-"));
  user = `msal@${platform.tenant.domain}`;
  userId = platform.directory.createUser({ userPrincipalName: user, displayName: "Msal User", password }).id;
});
afterAll(async () => {
  await platform?.stop();
  if (folder) {
    await rm(folder, { recursive: true, force: true });
  }
});

type Registration = Parameters<Platform["directory"]["registerApplication"]>[0];

function register(options: Partial<Registration> = {}): string {
  const { appId } = platform.directory.registerApplication({
    displayName: "Msal",
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    ...options,
  });
  return appId;
}

/** Writes a parameters file and returns its path. */
async function parameters(name: string, further: object): Promise<string> {
  const path = join(folder, `${name}.json`);
  const common = {
    authority: `https://login.microsoftonline.com/${platform.tenant.id}`,
    scope: ["User.Read"],
    endpoint: "https://graph.microsoft.com/v1.0/me",
  };
  await writeFile(path, JSON.stringify({ ...common, ...further }), { mode: 0o600 });
  return path;
}

/** The user signs in on the platform's page, consents, and is redirected to the application, which has no server. */
async function signIn(address: string): Promise<string> {
  const fetch = (request: Request): Promise<Response> => platform.fetch(request);
  return (await person({ username: user, password, fetch }).visit(address)).url.href;
}

describe.skipIf(skipped)(`MSAL Python under its default authority signs users in${reason}`, { timeout: 60_000 }, () => {
  test("by authorization code with PKCE, and refreshes silently until consent is missing", async () => {
    const clientId = register({ redirectUris: [redirectUri] });
    const { command } = clientProgram("python/authorization_code.py");
    const file = await parameters("authorizationCode", {
      client_id: clientId,
      secret: platform.directory.addPassword(clientId).secretText,
      redirect_uri: redirectUri,
      further_scope: ["Mail.Read"],
    });
    const outcome = await converse(
      [...command, file],
      childEnvironment(platform.environment),
      (prompt: { auth_uri: string }) => {
        const query = new URL(prompt.auth_uri).searchParams;
        expect(query.get("code_challenge_method")).toBe("S256");
        return signIn(prompt.auth_uri);
      },
    );
    expect(outcome).toEqual({
      sources: ["identity_provider", "cache", "identity_provider"],
      renewed: true,
      account: `${userId}.${platform.tenant.id}`,
      name: "Msal User",
      user,
      without_consent: { error: "invalid_grant", error_codes: [65001] },
    });
  });

  test("by user name and password, and reports a wrong one", async () => {
    const clientId = register({ allowPublicClient: true });
    platform.directory.grantAdminConsent(clientId);
    const given = { client_id: clientId, username: user };
    const files = [
      await parameters("right", { ...given, password }),
      await parameters("wrong", { ...given, password: "wrong" }),
    ];
    expect(await runClient(platform, "python/password.py", files)).toEqual([
      { sources: ["identity_provider"], user },
      { error: "invalid_grant", error_codes: [50126] },
    ]);
  });

  test("on behalf of a user, from one API to another", async () => {
    const api = register({ displayName: "API", identifierUris: ["api://python"], scopes: [{ value: "access" }] });
    const clientId = register({
      allowPublicClient: true,
      requiredResourceAccess: [{ resourceAppId: api, delegatedPermissions: ["access"] }],
    });
    for (const each of [api, clientId]) {
      platform.directory.grantAdminConsent(each);
    }
    const { secretText: secret } = platform.directory.addPassword(api);
    const file = await parameters("onBehalfOf", {
      ...{ client_id: clientId, username: user, password },
      api: { client_id: api, secret, scope: "api://python/access" },
    });
    expect(await runClient(platform, "python/on_behalf_of.py", [file])).toEqual([
      { sources: ["identity_provider", "cache"], user },
    ]);
  });
});
