import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { azTimeoutMs, azureCliVersions, readValue } from "./support/azureCli.ts";
import { childEnvironment } from "./support/childEnvironment.ts";
import { runProgram } from "./support/runProgram.ts";

/** Each start of it takes a second or two. */
const severalRunsMs = 3 * azTimeoutMs;

// biome-ignore lint/suspicious/noExplicitAny: what a program prints, whose shape is what the tests assert
type Printed = any;

describe.each(azureCliVersions)("$name, unmodified, manages applications$reason", ({ command, isMissing }) => {
  let platform: Platform;
  let folder: string;

  beforeAll(async () => {
    if (isMissing) {
      return;
    }
    platform = await startPlatform({ mode: "interception" });
    folder = await mkdtemp(join(tmpdir(), "latchkey-az-applications-"));
    const { directory, tenant } = platform;
    const permissions = [
      "Application.ReadWrite.All",
      "Directory.ReadWrite.All",
      "Group.ReadWrite.All",
      "User.Read.All",
      "GroupMember.Read.All",
      "DelegatedPermissionGrant.ReadWrite.All",
    ];
    const { appId } = directory.registerApplication({
      displayName: "operations",
      requiredResourceAccess: [{ name: "Microsoft Graph", permissions }],
    });
    directory.grantAdminConsent(appId);
    const file = join(folder, "secret.txt");
    await writeFile(file, directory.addPassword(appId).secretText, { mode: 0o600 });
    await az("login", "--service-principal", "--username", appId, "--tenant", tenant.id, "--password", `@${file}`);
  }, azTimeoutMs);

  afterAll(async () => {
    await platform?.stop();
    if (folder) {
      await rm(folder, { recursive: true, force: true });
    }
  });

  /** Runs `az` and requires it to succeed. */
  async function az(...args: readonly string[]): Promise<Printed> {
    const environment = { ...childEnvironment(platform.environment), AZURE_CONFIG_DIR: join(folder, "azure") };
    const ended = readValue(await runProgram([command, ...args], { environment }));
    expect(ended.exitCode, `az ${args.join(" ")}: ${ended.err}`).toBe(0);
    return ended.value;
  }

  async function tokenStatus(clientId: string, secret: string): Promise<number> {
    const form = { grant_type: "client_credentials", client_id: clientId, client_secret: secret };
    const body = new URLSearchParams({ ...form, scope: "https://graph.microsoft.com/.default" });
    const url = `${platform.url}/${platform.tenant.id}/oauth2/v2.0/token`;
    return (await platform.fetch(new Request(url, { method: "POST", body }))).status;
  }

  test.skipIf(isMissing)(
    "registers an application, adds a secret and replaces it",
    async () => {
      const { appId, displayName } = await az("ad", "app", "create", "--display-name", "Shop");
      expect(displayName).toBe("Shop");
      await az("ad", "sp", "create", "--id", appId);
      const first = await az("ad", "app", "credential", "reset", "--id", appId);
      expect(first).toMatchObject({ appId, tenant: platform.tenant.id });
      expect(await tokenStatus(appId, first.password)).toBe(200);
      const second = await az("ad", "app", "credential", "reset", "--id", appId);
      expect(await tokenStatus(appId, second.password)).toBe(200);
      expect(await tokenStatus(appId, first.password)).toBe(401);
      expect(await az("ad", "app", "credential", "list", "--id", appId)).toHaveLength(1);
    },
    severalRunsMs,
  );

  test.skipIf(isMissing)(
    "requests permissions and grants delegated ones",
    async () => {
      const graph = "00000003-0000-0000-c000-000000000000";
      const userRead = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
      const { appId, id } = await az("ad", "app", "create", "--display-name", "Reader");
      await az("ad", "sp", "create", "--id", appId);
      const named = ["--id", appId, "--api", graph];
      await az("ad", "app", "permission", "add", ...named, "--api-permissions", `${userRead}=Scope`);
      expect(await az("ad", "app", "permission", "list", "--id", appId)).toMatchObject([
        { resourceAppId: graph, resourceAccess: [{ id: userRead, type: "Scope" }] },
      ]);
      await az("ad", "app", "permission", "grant", ...named, "--scope", "User.Read");
      // The second one replaces the first.
      await az("ad", "app", "permission", "grant", ...named, "--scope", "User.Read User.ReadBasic.All");
      expect(await az("ad", "app", "permission", "list-grants", "--id", appId)).toMatchObject([
        { consentType: "AllPrincipals", scope: "User.Read User.ReadBasic.All" },
      ]);
      await az("ad", "app", "delete", "--id", id);
    },
    severalRunsMs,
  );

  test.skipIf(isMissing)(
    "creates a service principal with a secret in one command, and adds a secret of its own",
    async () => {
      const { appId, password, tenant } = await az("ad", "sp", "create-for-rbac", "--name", "pipeline");
      expect(tenant).toBe(platform.tenant.id);
      expect(await tokenStatus(appId, password)).toBe(200);
      expect(await az("ad", "sp", "show", "--id", appId)).toMatchObject({ displayName: "pipeline", appId });
      const own = await az("ad", "sp", "credential", "reset", "--id", appId);
      expect([await tokenStatus(appId, password), await tokenStatus(appId, own.password)]).toEqual([200, 200]);
      const [{ keyId }] = await az("ad", "sp", "credential", "list", "--id", appId);
      await az("ad", "sp", "credential", "delete", "--id", appId, "--key-id", keyId);
      expect([await tokenStatus(appId, password), await tokenStatus(appId, own.password)]).toEqual([200, 401]);
    },
    severalRunsMs,
  );

  test.skipIf(isMissing)(
    "trusts another issuer and adds an owner",
    async () => {
      const { appId, id } = await az("ad", "app", "create", "--display-name", "Deployment");
      const file = join(folder, "credential.json");
      const audiences = ["api://AzureADTokenExchange"];
      const credential = {
        name: "main-branch",
        issuer: "https://token.actions.example",
        subject: "repo:a/b",
        audiences,
      };
      await writeFile(file, JSON.stringify(credential));
      await az("ad", "app", "federated-credential", "create", "--id", appId, "--parameters", `@${file}`);
      expect(await az("ad", "app", "federated-credential", "list", "--id", appId)).toMatchObject([credential]);
      const owner = platform.directory.findUser(platform.tenant.administrator.userPrincipalName)?.id ?? "";
      await az("ad", "app", "owner", "add", "--id", id, "--owner-object-id", owner);
      const owners: Printed[] = await az("ad", "app", "owner", "list", "--id", id);
      expect(owners.map((each) => each.id)).toContain(owner);
    },
    severalRunsMs,
  );

  test.skipIf(isMissing)(
    "creates a group and adds a user",
    async () => {
      const { id } = await az("ad", "group", "create", "--display-name", "Team", "--mail-nickname", "team");
      const upn = platform.tenant.administrator.userPrincipalName;
      const member = platform.directory.findUser(upn)?.id ?? "";
      await az("ad", "group", "member", "add", "--group", "Team", "--member-id", member);
      expect(await az("ad", "group", "member", "check", "--group", id, "--member-id", member)).toEqual({ value: true });
      expect(await az("ad", "group", "member", "list", "--group", id)).toMatchObject([{ userPrincipalName: upn }]);
      expect(await az("ad", "user", "get-member-groups", "--id", upn)).toMatchObject([{ displayName: "Team" }]);
    },
    severalRunsMs,
  );
});
