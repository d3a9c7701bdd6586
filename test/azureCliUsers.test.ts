import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AzEnded, azTimeoutMs, azureCliVersions, readValue, useAz } from "./support/azureCli.ts";
import { childEnvironment } from "./support/childEnvironment.ts";
import { answerDevicePage } from "./support/devicePage.ts";
import { type RunOptions, runProgram } from "./support/runProgram.ts";

const password = "Right-1-right";
/** As many users as the seed has, and the one who signs in with a password. */
const users = 31;
const azureCliAppId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

describe.each(azureCliVersions)("$name, unmodified$reason", ({ command, isMissing, warnsOfPasswords }) => {
  let platform: Platform;
  let folder: string;
  let tenantId: string;
  let user: string;

  beforeAll(async () => {
    platform = await startPlatform({ mode: "interception" });
    folder = await mkdtemp(join(tmpdir(), "latchkey-az-users-"));
    tenantId = platform.tenant.id;
    user = `operator@${platform.tenant.domain}`;
    platform.directory.createUser({ userPrincipalName: user, displayName: "Olga Operator", password });
  });

  afterAll(async () => {
    await platform?.stop();
    if (folder) {
      await rm(folder, { recursive: true, force: true });
    }
  });

  async function runWith(args: readonly string[], options: RunOptions = {}): Promise<AzEnded> {
    const environment = { ...childEnvironment(platform.environment), AZURE_CONFIG_DIR: join(folder, "azure") };
    return readValue(await runProgram([command, ...args], { environment, ...options }));
  }

  function run(...args: readonly string[]): Promise<AzEnded> {
    return runWith(args);
  }

  async function loginByPassword(text: string, name = user): Promise<AzEnded> {
    const file = join(folder, "password.txt");
    await writeFile(file, text, { mode: 0o600 });
    return run("login", "--username", name, "--password", `@${file}`);
  }

  /** What is available to a signed-in user, however the user signed in. */
  function expected(userPrincipalName: string, displayName: string) {
    const account = {
      tenantId,
      homeTenantId: tenantId,
      name: "Local subscription",
      state: "Enabled",
      user: { name: userPrincipalName, type: "user" },
    };
    const claims = { tid: tenantId, appid: azureCliAppId, upn: userPrincipalName, scp: "user_impersonation" };
    return {
      accounts: [expect.objectContaining(account)],
      claims: expect.objectContaining(claims),
      answer: expect.objectContaining({ userPrincipalName, displayName }),
      users: expect.objectContaining({ length: users }),
    };
  }

  test.skipIf(isMissing)(
    "gets the real service's refusal for a wrong password",
    async () => {
      const { exitCode, err } = await loginByPassword("wrong");
      expect(exitCode).toBe(1);
      expect(err).toContain("AADSTS50126");
    },
    azTimeoutMs,
  );

  test.skipIf(isMissing)(
    "signs a user in with a password, in the tenant that it finds itself",
    async () => {
      const signedIn = await loginByPassword(password);
      const warnings = warnsOfPasswords ? [expect.stringContaining("username and password")] : [];
      expect(signedIn.err.split("\n").filter((line) => line !== "")).toEqual(warnings);
      expect(await useAz(run, "me")).toEqual(expected(user, "Olga Operator"));
      expect((await run("ad", "signed-in-user", "show")).value).toMatchObject({ userPrincipalName: user });
    },
    azTimeoutMs,
  );

  test.skipIf(isMissing)(
    "signs a user in by device code, polling until the user has answered",
    async () => {
      const polled = new Promise<void>((resolve) => {
        platform.on("beforeResponse", ({ endpoint, body }) => {
          if (typeof body !== "object") {
            return;
          }
          // The seconds that it waits between polls.
          if (endpoint === "deviceCode") {
            body["interval"] = 1;
          }
          if (body["error"] === "authorization_pending") {
            resolve();
          }
        });
      });
      let answered: Promise<string> | undefined;
      const signedIn = await runWith(["login", "--use-device-code"], {
        onOutput: ({ err }, child) => {
          const [, uri, code] = /open the page (\S+) and enter the code (\S+) to authenticate/.exec(err) ?? [];
          if (uri === undefined || code === undefined || answered !== undefined) {
            return;
          }
          const prompt = { user_code: code, verification_uri: uri };
          answered = polled.then(() => answerDevicePage(platform, prompt, "confirm"));
          // Otherwise it would poll for a quarter of an hour.
          answered.catch(() => child.kill("SIGTERM"));
        },
      });
      expect(signedIn.exitCode, signedIn.err).toBe(0);
      expect(await answered).toContain("You have signed in to Microsoft Azure CLI");
      const administrator = platform.tenant.administrator.userPrincipalName;
      expect(await useAz(run, "me")).toEqual(expected(administrator, "Ada Winters"));
    },
    azTimeoutMs,
  );

  test.skipIf(isMissing)(
    "creates a managed identity for its administrator, for which IMDS has tokens and other issuers can be trusted",
    async () => {
      const { userPrincipalName, password: secret } = platform.tenant.administrator;
      expect((await loginByPassword(secret, userPrincipalName)).exitCode).toBe(0);
      const az = async (...args: readonly string[]) => {
        const { exitCode, err, value } = await run(...args);
        expect(exitCode, `az ${args.join(" ")}: ${err}`).toBe(0);
        return value as Readonly<Record<string, unknown>>;
      };
      const named = ["--resource-group", "robots", "--name", "worker"];
      await az("group", "create", "--name", "robots", "--location", "westeurope");
      const made = await az("identity", "create", ...named, "--tags", "team=orders");
      expect(made).toMatchObject({ name: "worker", location: "westeurope", tags: { team: "orders" }, tenantId });
      expect(await az("identity", "show", ...named)).toEqual(made);
      expect(await az("identity", "list", "--resource-group", "robots")).toEqual([made]);

      const { AZURE_POD_IDENTITY_AUTHORITY_HOST: host } = await platform.managedIdentity("imds");
      const query = `api-version=2018-02-01&resource=https://graph.microsoft.com/&client_id=${made["clientId"]}`;
      const response = await fetch(`${host}/metadata/identity/oauth2/token?${query}`, {
        headers: { metadata: "true" },
      });
      expect(await response.json()).toMatchObject({ client_id: made["clientId"], token_type: "Bearer" });

      const credential = ["--identity-name", "worker", "--resource-group", "robots", "--name", "cluster"];
      const trusted = { issuer: "https://cluster.example", subject: "system:serviceaccount:orders:worker" };
      const trust = ["--issuer", trusted.issuer, "--subject", trusted.subject];
      const properties = { ...trusted, audiences: ["api://AzureADTokenExchange"] };
      expect(
        await az(
          "identity",
          "federated-credential",
          "create",
          ...credential,
          ...trust,
          "--audiences",
          ...properties.audiences,
        ),
      ).toMatchObject({ name: "cluster", ...properties });
      const ofWorker = ["--identity-name", "worker", "--resource-group", "robots"];
      expect(await az("identity", "federated-credential", "list", ...ofWorker)).toMatchObject([properties]);
      await az("identity", "federated-credential", "delete", ...credential, "--yes");

      await az("identity", "delete", ...named);
      await az("group", "delete", "--name", "robots", "--yes");
      expect(await az("group", "exists", "--name", "robots")).toBe(false);
    },
    2 * azTimeoutMs,
  );

  test.skipIf(isMissing)(
    "consents to an application's permissions, for its administrator and no other user",
    async () => {
      const { userPrincipalName, password: secret } = platform.tenant.administrator;
      const graph = "00000003-0000-0000-c000-000000000000";
      const userReadAll = "df021288-bdef-4463-88db-98f22de89214";
      const { appId } = platform.directory.registerApplication({ displayName: "Nightly report" });
      const { secretText } = platform.directory.addPassword(appId);
      const consent = () => run("ad", "app", "permission", "admin-consent", "--id", appId);
      const listUsers = async () => {
        const form = { grant_type: "client_credentials", client_id: appId, client_secret: secretText };
        const body = new URLSearchParams({ ...form, scope: "https://graph.microsoft.com/.default" });
        const url = `${platform.url}/${tenantId}/oauth2/v2.0/token`;
        const { access_token } = await (await platform.fetch(new Request(url, { method: "POST", body }))).json();
        const headers = { authorization: `Bearer ${access_token}` };
        return (await platform.fetch(new Request(`${platform.url}/v1.0/users`, { headers }))).status;
      };

      expect((await loginByPassword(secret, userPrincipalName)).exitCode).toBe(0);
      const permission = ["--api", graph, "--api-permissions", `${userReadAll}=Role`];
      expect((await run("ad", "app", "permission", "add", "--id", appId, ...permission)).exitCode).toBe(0);
      expect((await loginByPassword(password)).exitCode).toBe(0);
      const refused = await consent();
      expect([refused.exitCode, refused.err]).toEqual([
        1,
        expect.stringContaining("requires a user who is an administrator"),
      ]);
      expect(await listUsers()).toBe(403);
      expect((await loginByPassword(secret, userPrincipalName)).exitCode).toBe(0);
      const consented = await consent();
      expect(consented.exitCode, consented.err).toBe(0);
      expect(await listUsers()).toBe(200);
    },
    3 * azTimeoutMs,
  );
});
