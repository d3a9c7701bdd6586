import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSignedCertificate, type Seed } from "@latchkey/platform";
import { exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unmodifiedProgram } from "./support/clientProgram.ts";
import { latchkey } from "./support/latchkey.ts";
import type { Ended } from "./support/runProgram.ts";

const daemon = "1de40000-0000-4000-8000-000000000001";
const frontEnd = "1de40000-0000-4000-8000-000000000002";
const api = "1de40000-0000-4000-8000-000000000003";
const tenantId = "1de40000-0000-4000-8000-000000000004";
const secret = "a-secret-for-tests-only-0123456789";
const user = { userPrincipalName: "grace@contoso.onmicrosoft.com", password: "Right-1-right" };
const issuer = "https://token.actions.example";
const subject = "repo:contoso/shop:ref:refs/heads/main";
/** As many users as the seed has, and one of our own. */
const users = 31;

const byEnvironment = unmodifiedProgram("node/azureIdentityEnvironment.ts");
const byUser = unmodifiedProgram("node/azureIdentityUser.ts");
const browser = unmodifiedProgram("node/browser.ts");
const reason = byEnvironment.skipped === undefined ? "" : ` (skipped: ${byEnvironment.skipped})`;
const timeoutMs = 60_000;

/** Variables of this machine that would affect the test. */
const nothing = { AZURE_CLIENT_SECRET: "", AZURE_CLIENT_CERTIFICATE_PATH: "", AZURE_FEDERATED_TOKEN_FILE: "" };

let folder: string;
let seedFile: string;
let certificatePath: string;
const issuerKey = generateKeyPairSync("rsa", { modulusLength: 2048 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-identity-"));
  seedFile = join(folder, "seed.json");
  certificatePath = join(folder, "client.pem");
  const { certificate, privateKey } = createSelfSignedCertificate({ commonName: "client", days: 30 });
  await writeFile(certificatePath, `${privateKey}${certificate}`, { mode: 0o600 });
  const credentials = { secrets: [{ value: secret }], certificates: [{ pem: certificate }], adminConsent: true };
  const seed: Seed = {
    tenant: { id: tenantId },
    users: [user],
    applications: [
      {
        name: "daemon",
        clientId: daemon,
        permissions: [{ api: "Microsoft Graph", application: ["User.Read.All"] }],
        federatedCredentials: [
          { name: "pipeline", issuer, subject, keys: { keys: [await exportJWK(issuerKey.publicKey)] } },
        ],
        ...credentials,
      },
      {
        name: "front end",
        clientId: frontEnd,
        allowPublicClient: true,
        redirectUris: { publicClient: ["http://localhost"] },
        permissions: [
          { api: "api", delegated: ["access"] },
          { api: "Microsoft Graph", delegated: ["User.Read"] },
        ],
        adminConsent: true,
      },
      {
        name: "api",
        clientId: api,
        identifierUris: [`api://${api}`],
        scopes: [{ value: "access" }],
        permissions: [{ api: "Microsoft Graph", delegated: ["User.Read"] }],
        ...credentials,
      },
    ],
  };
  await writeFile(seedFile, JSON.stringify(seed), { mode: 0o600 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function exec(command: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ended> {
  const prepared = ["platform", "exec", "--memory", "--seed", seedFile, "--"];
  return latchkey([...prepared, ...command], { environment: { ...nothing, AZURE_CLIENT_ID: daemon, ...environment } });
}

function lines(out: string): unknown[] {
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** A token from another issuer in a file, as a pipeline or a cluster provides it. */
async function tokenFile(claims: Readonly<Record<string, string>> = {}): Promise<string> {
  const file = join(folder, "federated.jwt");
  const token = new SignJWT({ iss: issuer, sub: subject, aud: "api://AzureADTokenExchange", ...claims });
  await writeFile(
    file,
    await token.setProtectedHeader({ alg: "RS256" }).setExpirationTime("5m").sign(issuerKey.privateKey),
  );
  return file;
}

describe.skipIf(byEnvironment.skipped)(`@azure/identity under latchkey platform exec${reason}`, () => {
  test("reads a secret from the environment", { timeout: timeoutMs }, async () => {
    const command = [...byEnvironment.command, "EnvironmentCredential", "DefaultAzureCredential"];
    const { out } = await exec(command, { AZURE_CLIENT_SECRET: secret });
    expect(lines(out)).toEqual([
      { credential: "EnvironmentCredential", users, proof: "1" },
      { credential: "DefaultAzureCredential", users, proof: "1" },
    ]);
  });

  test("reads a certificate from the file named in the environment", { timeout: timeoutMs }, async () => {
    const command = [...byEnvironment.command, "EnvironmentCredential"];
    const { out } = await exec(command, { AZURE_CLIENT_CERTIFICATE_PATH: certificatePath });
    expect(lines(out)).toEqual([{ credential: "EnvironmentCredential", users, proof: "2" }]);
  });

  test("exchanges a workload's token for one from the platform", { timeout: timeoutMs }, async () => {
    const command = [...byEnvironment.command, "WorkloadIdentityCredential", "DefaultAzureCredential"];
    const { out } = await exec(command, { AZURE_FEDERATED_TOKEN_FILE: await tokenFile() });
    expect(lines(out)).toEqual([
      { credential: "WorkloadIdentityCredential", users, proof: "2" },
      { credential: "DefaultAzureCredential", users, proof: "2" },
    ]);
  });

  test("gets an error if the token is from another workload", { timeout: timeoutMs }, async () => {
    const command = [...byEnvironment.command, "WorkloadIdentityCredential"];
    const { out } = await exec(command, { AZURE_FEDERATED_TOKEN_FILE: await tokenFile({ sub: "repo:contoso/other" }) });
    expect(lines(out)).toEqual([
      { credential: "WorkloadIdentityCredential", error: "AuthenticationRequiredError", code: 700213 },
    ]);
  });

  // On other systems it opens the system's own browser, whatever BROWSER says.
  test.runIf(process.platform === "linux")("gets users' tokens", { timeout: timeoutMs }, async () => {
    const parameters = join(folder, "parameters.json");
    const { userPrincipalName: username, password } = user;
    const signIn = { tenantId, clientId: frontEnd, username, password };
    await writeFile(parameters, JSON.stringify({ ...signIn, api: { clientId: api, secret, certificatePath } }));
    const program = join(folder, "browser");
    await writeFile(program, `#!/bin/sh\nexec ${browser.command.join(" ")} "$@"\n`, { mode: 0o700 });
    const { out, err } = await exec([...byUser.command, parameters], {
      BROWSER: program,
      PERSON_NAME: username,
      PERSON_PASSWORD: password,
    });
    expect(err).toBe("");
    expect(lines(out)).toEqual([
      { credential: "InteractiveBrowserCredential", user: username, isCached: true },
      { credential: "UsernamePasswordCredential", user: username, isCached: true },
      { credential: "OnBehalfOfCredential by secret", user: username, isCached: true },
      { credential: "OnBehalfOfCredential by certificate", user: username, isCached: true },
    ]);
  });
});
