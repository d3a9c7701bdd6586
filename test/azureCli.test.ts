import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSignedCertificate, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testClient } from "../tools/testClients.js";
import { type Ended, latchkey } from "./support/latchkey.ts";

const versions = [
  { name: "Azure CLI of PyPI", az: testClient("azureCli"), certificateOption: "--certificate" },
  // It takes the file for a password.
  { name: "Azure CLI of Debian", az: testClient("azureCliDebian"), certificateOption: "--password" },
].map((each) => ({ ...each, reason: each.az.kind === "missing" ? ` (skipped: ${each.az.reason})` : "" }));

/** Its first start compiles what it needs. */
const timeoutMs = 120_000;

describe.each(versions)("$name, unmodified$reason", ({ az, certificateOption }) => {
  let folder: string;
  let data: string;
  let tenantId: string;
  let withSecret: string;
  let withCertificate: string;
  let secretFile: string;
  let certificateFile: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "latchkey-az-"));
    data = join(folder, "data");
    const platform = await startPlatform({ dataDirectory: data });
    const { directory, tenant } = platform;
    tenantId = tenant.id;
    // Two, since Azure CLI would use the tokens of the one for the other.
    [withSecret, withCertificate] = ["by secret", "by certificate"].map((displayName) => {
      const { appId } = directory.registerApplication({
        displayName,
        requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
      });
      directory.grantAdminConsent(appId);
      return appId;
    }) as [string, string];
    const made = createSelfSignedCertificate({ commonName: "pipeline", days: 30 });
    directory.addCertificate(withCertificate, made.certificate);
    secretFile = join(folder, "secret.txt");
    certificateFile = join(folder, "pipeline.pem");
    await writeFile(secretFile, directory.addPassword(withSecret).secretText, { mode: 0o600 });
    await writeFile(certificateFile, `${made.privateKey}${made.certificate}`, { mode: 0o600 });
    await platform.stop();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Runs `az`, and gives what it prints as JSON; its accounts are kept beside the platform's data. */
  async function run(...args: readonly string[]): Promise<Ended & { readonly value: unknown }> {
    if (az.kind === "missing") throw new Error(az.reason);
    const ended = await latchkey([...["platform", "exec", "--data-dir", data, "--", az.command], ...args]);
    return { ...ended, value: ended.exitCode === 0 && ended.out !== "" ? JSON.parse(ended.out) : undefined };
  }

  function login(clientId: string, ...credential: readonly string[]) {
    return run("login", "--service-principal", "--username", clientId, "--tenant", tenantId, ...credential);
  }

  it.skipIf(az.kind === "missing")(
    "is refused with a wrong secret as by the real service",
    async () => {
      const wrong = join(folder, "wrong.txt");
      await writeFile(wrong, "not-the-secret", { mode: 0o600 });
      const { exitCode, err } = await login(withSecret, "--password", `@${wrong}`);
      expect(exitCode).toBe(1);
      expect(err).toContain("AADSTS7000215: Invalid client secret provided.");
    },
    timeoutMs,
  );

  it.skipIf(az.kind === "missing")(
    "signs in with a secret, and then calls Graph and Azure Resource Manager",
    async () => {
      const signedIn = await login(withSecret, "--password", `@${secretFile}`);
      expect(signedIn.err).toBe("");
      expect(signedIn.value).toEqual([
        expect.objectContaining({ tenantId, state: "Enabled", user: { name: withSecret, type: "servicePrincipal" } }),
      ]);
      expect((await run("account", "get-access-token")).value).toMatchObject({
        accessToken: expect.stringMatching(/^eyJ/),
        tenant: tenantId,
        tokenType: "Bearer",
      });
      expect((await run("rest", "--url", "https://graph.microsoft.com/v1.0/users?$top=4")).value).toMatchObject({
        value: { length: 4 },
      });
      expect((await run("ad", "user", "list")).value).toHaveLength(30);
    },
    timeoutMs,
  );

  it.skipIf(az.kind === "missing")(
    "signs in with a certificate in a PEM file",
    async () => {
      const signedIn = await login(withCertificate, certificateOption, certificateFile);
      expect(signedIn.err).toBe("");
      expect((await run("ad", "user", "show", "--id", "admin@contoso.onmicrosoft.com")).value).toMatchObject({
        displayName: "Ada Winters",
      });
    },
    timeoutMs,
  );
});
