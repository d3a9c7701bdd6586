import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { administrator } from "./support/administrator.ts";
import { childEnvironment } from "./support/childEnvironment.ts";

const isThere = spawnSync("curl", ["--version"]).status === 0;
const reason = isThere ? "" : " (skipped: there is no curl on the PATH)";
const execute = promisify(execFile);
const graph = "https://graph.microsoft.com";

describe.skipIf(!isThere)(`curl under Microsoft's names${reason}`, () => {
  let platform: Platform;
  let tenant: string;

  beforeAll(async () => {
    platform = await startPlatform({ mode: "interception" });
    tenant = `https://login.microsoftonline.com/${platform.tenant.id}/oauth2/v2.0`;
  });
  afterAll(() => platform?.stop());

  type CurlOption = readonly [name: string, value: string];

  /**
   * Options are passed on standard input: every user of the machine can see a command line, and some options are
   * secrets.
   */
  async function curl(address: string, ...options: readonly CurlOption[]): Promise<Record<string, unknown>> {
    const running = execute("curl", ["-sS", "--config", "-", address], { env: childEnvironment(platform.environment) });
    running.child.stdin?.end(options.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join("\n"));
    return JSON.parse((await running).stdout) as Record<string, unknown>;
  }

  function form(fields: Readonly<Record<string, string>>): readonly CurlOption[] {
    return Object.entries(fields).map(([name, value]) => ["data-urlencode", `${name}=${value}`]);
  }

  function callGraph(path: string, token: unknown): Promise<Record<string, unknown>> {
    return curl(`${graph}/v1.0/${path}`, ["header", `Authorization: Bearer ${token}`]);
  }

  test("gets a token with a secret in the header or body, and calls Graph", async () => {
    const { directory } = platform;
    const { appId } = directory.registerApplication({
      displayName: "script",
      requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
    });
    directory.grantAdminConsent(appId);
    const { secretText } = directory.addPassword(appId);
    const options = form({ grant_type: "client_credentials", scope: `${graph}/.default` });
    const inHeader: CurlOption = ["user", `${appId}:${secretText}`];
    for (const credential of [[inHeader], form({ client_id: appId, client_secret: secretText })]) {
      const { access_token } = await curl(`${tenant}/token`, ...credential, ...options);
      expect(await callGraph("users?$top=3", access_token)).toMatchObject({ value: { length: 3 } });
    }
    const refused = await curl(`${tenant}/token`, ["user", `${appId}:not-the-secret`], ...options);
    expect(refused).toMatchObject({ error: "invalid_client", error_codes: [7000215] });
  });

  test("signs a user in by device code", async () => {
    const { appId } = platform.directory.registerApplication({ displayName: "script", allowPublicClient: true });
    const options = form({ client_id: appId, scope: "User.Read offline_access" });
    const { device_code, user_code, verification_uri } = await curl(`${tenant}/devicecode`, ...options);
    const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
    const poll = form({ grant_type, client_id: appId, device_code: String(device_code) });
    const pending = { error: "authorization_pending", error_codes: [70016] };
    expect(await curl(`${tenant}/token`, ...poll)).toMatchObject(pending);
    await administrator(platform).visit(`${verification_uri}?code=${user_code}`);
    const { access_token } = await curl(`${tenant}/token`, ...poll);
    const { userPrincipalName } = platform.tenant.administrator;
    expect(await callGraph("me", access_token)).toMatchObject({ userPrincipalName });
  });

  test("reaches no other host", async () => {
    const refused = { code: 56, stderr: expect.stringContaining("502") };
    await expect(curl("https://example.com")).rejects.toMatchObject(refused);
    expect(platform.events.at(-1)?.why).toContain("not example.com:443");
  });
});
