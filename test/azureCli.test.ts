import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSignedCertificate, startPlatform } from "@latchkey/platform";
import { exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AzEnded, azTimeoutMs, azureCliVersions, readValue, useAz } from "./support/azureCli.ts";
import { latchkey } from "./support/latchkey.ts";

const issuer = "https://token.actions.example";
const subject = "repo:contoso/shop:ref:refs/heads/main";
/** As many users as the seed has. */
const users = 30;

describe.each(azureCliVersions)("$name, unmodified$reason", ({ command, isMissing, certificateOption }) => {
  let folder: string;
  let data: string;
  let tenantId: string;
  let withSecret: string;
  let withCertificate: string;
  let federated: string;
  let secretFile: string;
  let certificateFile: string;
  let assertionFile: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "latchkey-az-"));
    data = join(folder, "data");
    const platform = await startPlatform({ dataDirectory: data });
    const { directory, tenant } = platform;
    tenantId = tenant.id;
    // A separate one for each, because Azure CLI would use one's tokens for the other.
    [withSecret, withCertificate, federated] = ["by secret", "by certificate", "federated"].map((displayName) => {
      const { appId } = directory.registerApplication({
        displayName,
        requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
      });
      directory.grantAdminConsent(appId);
      return appId;
    }) as [string, string, string];
    const made = createSelfSignedCertificate({ commonName: "pipeline", days: 30 });
    directory.addCertificate(withCertificate, made.certificate);
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { kty, n = "", e = "" } = await exportJWK(pair.publicKey);
    const keys = { keys: [{ kty: kty ?? "", n, e, kid: "k1" }] };
    directory.addFederatedCredential(federated, { name: "ci", issuer, subject, keys });
    const assertion = new SignJWT({ iss: issuer, sub: subject, aud: "api://AzureADTokenExchange" });
    const signed = assertion.setProtectedHeader({ alg: "RS256", kid: "k1" }).setNotBefore("0 s");
    secretFile = join(folder, "secret.txt");
    certificateFile = join(folder, "pipeline.pem");
    assertionFile = join(folder, "assertion.txt");
    await writeFile(secretFile, directory.addPassword(withSecret).secretText, { mode: 0o600 });
    await writeFile(certificateFile, `${made.privateKey}${made.certificate}`, { mode: 0o600 });
    await writeFile(assertionFile, await signed.setExpirationTime("10 min").sign(pair.privateKey), { mode: 0o600 });
    await platform.stop();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Runs `az`; its accounts are stored beside the platform's data. */
  async function run(...args: readonly string[]): Promise<AzEnded> {
    return readValue(await latchkey(["platform", "exec", "--data-dir", data, "--", command, ...args]));
  }

  function login(clientId: string, ...credential: readonly string[]) {
    return run("login", "--service-principal", "--username", clientId, "--tenant", tenantId, ...credential);
  }

  test.skipIf(isMissing)(
    "gets the real service's refusal for a wrong secret",
    async () => {
      const wrong = join(folder, "wrong.txt");
      await writeFile(wrong, "not-the-secret", { mode: 0o600 });
      const { exitCode, err } = await login(withSecret, "--password", `@${wrong}`);
      expect(exitCode).toBe(1);
      expect(err).toContain("AADSTS7000215: Invalid client secret provided.");
    },
    azTimeoutMs,
  );

  test.skipIf(isMissing)(
    "signs in with a secret, and then calls Graph and Azure Resource Manager",
    async () => {
      const signedIn = await login(withSecret, "--password", `@${secretFile}`);
      expect(signedIn.err).toBe("");
      const account = { tenantId, state: "Enabled", user: { name: withSecret, type: "servicePrincipal" } };
      expect(signedIn.value).toEqual([expect.objectContaining(account)]);
      expect(await useAz(run, "users?$top=4")).toEqual({
        accounts: [expect.objectContaining(account)],
        claims: expect.objectContaining({ tid: tenantId, appid: withSecret, appidacr: "1", idtyp: "app" }),
        answer: expect.objectContaining({ value: expect.objectContaining({ length: 4 }) }),
        users: expect.objectContaining({ length: users }),
      });
    },
    azTimeoutMs,
  );

  test.skipIf(isMissing)(
    "signs in with a certificate in a PEM file",
    async () => {
      const signedIn = await login(withCertificate, certificateOption, certificateFile);
      expect(signedIn.err).toBe("");
      expect((await run("ad", "user", "show", "--id", "admin@contoso.onmicrosoft.com")).value).toMatchObject({
        displayName: "Ada Winters",
      });
    },
    azTimeoutMs,
  );

  test.skipIf(isMissing)(
    "signs in with a token from another issuer",
    async () => {
      const signedIn = await login(federated, "--federated-token", `@${assertionFile}`);
      expect(signedIn.err).toBe("");
      const account = { tenantId, state: "Enabled", user: { name: federated, type: "servicePrincipal" } };
      expect(await useAz(run, "users?$top=4")).toEqual({
        accounts: [expect.objectContaining(account)],
        claims: expect.objectContaining({ tid: tenantId, appid: federated, appidacr: "2", idtyp: "app" }),
        answer: expect.objectContaining({ value: expect.objectContaining({ length: 4 }) }),
        users: expect.objectContaining({ length: users }),
      });
    },
    azTimeoutMs,
  );
});
