import { createPrivateKey } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSignedCertificate, type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

let platform: Platform;
let folder: string;
let environment: Record<string, string>;
let parameters: Record<string, unknown>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-run-"));
  // The folder in which `latchkey platform` would store its certificate authority.
  environment = { XDG_DATA_HOME: folder, LOCALAPPDATA: folder };
  await mkdir(join(folder, "latchkey"));
  platform = await startPlatform({ certificateDirectory: join(folder, "latchkey") });
  const { directory, tenant, url } = platform;
  const daemon = directory.registerApplication({
    displayName: "daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  directory.grantAdminConsent(daemon.appId);
  const made = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
  directory.addCertificate(daemon.appId, made.certificate);
  await writeFile(join(folder, "server.key"), made.privateKey, { mode: 0o600 });
  await writeFile(join(folder, "server.crt"), made.certificate);
  parameters = {
    authority: `${url}/${tenant.id}`,
    oidc_authority: null,
    client_id: daemon.appId,
    scope: ["https://graph.microsoft.com/.default"],
    secret: directory.addPassword(daemon.appId).secretText,
    thumbprint: made.thumbprint,
    endpoint: `${url}/v1.0/users?$top=5`,
  };
});
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(changes: Record<string, unknown>, ...options: string[]) {
  const path = join(folder, "parameters.json");
  await writeFile(path, JSON.stringify({ ...parameters, ...changes }), { mode: 0o600 });
  return runCommand(["run", path, ...options], { environment });
}

describe("latchkey run", () => {
  test("prints the endpoint's JSON and nothing else on standard output", async () => {
    const { exitCode, out, err } = await run({});
    expect(exitCode, err).toBe(0);
    expect(JSON.parse(out).value).toHaveLength(5);
    expect(err).toBe("There are more pages; add --all to follow them.");
  });

  test("prints all pages as one list with --all", async () => {
    const { out } = await run({}, "--all");
    expect(JSON.parse(out).value.length).toBeGreaterThan(25);
  });

  test.each([
    ["a thumbprint", {}],
    ["a certificate", { thumbprint: null, certificate_file: "server.crt" }],
  ])("signs with a key file beside the JSON file and %s", async (_, changes) => {
    const { exitCode, err } = await run({ secret: null, private_key_file: "server.key", ...changes });
    expect(exitCode, err).toBe(0);
  });

  test("reads the secret from the environment", async () => {
    const path = join(folder, "without-secret.json");
    await writeFile(path, JSON.stringify({ ...parameters, secret: null }));
    const { exitCode, err } = await runCommand(["run", path], {
      environment: { ...environment, LATCHKEY_CLIENT_SECRET: String(parameters["secret"]) },
    });
    expect(exitCode, err).toBe(0);
    expect(err).not.toContain("Warning");
  });

  test("reads the parameters from standard input", async () => {
    const { exitCode, err } = await runCommand(["run", "-"], {
      environment,
      standardInput: JSON.stringify(parameters),
    });
    expect(exitCode, err).toBe(0);
  });

  test("prints error, description, correlation id and what to do when the secret is wrong", async () => {
    const { exitCode, out, err } = await run({ secret: "wrong" });
    expect(exitCode).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(/^error: invalid_client$/m);
    expect(err).toMatch(/^error_description: AADSTS7000215: /m);
    expect(err).toMatch(/^correlation_id: [0-9a-f-]{36}$/m);
    expect(err).toMatch(/^What to do: Send the secret's value, not its id/m);
  });

  test("prints a failure as one JSON value with --json", async () => {
    const { exitCode, out, err } = await run({ secret: "wrong" }, "--json");
    expect(exitCode).toBe(1);
    expect(err).toBe("");
    expect(JSON.parse(out)).toEqual({
      error: "invalid_client",
      error_description: expect.stringContaining("AADSTS7000215"),
      correlation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      remedy: expect.stringContaining("not its id"),
    });
  });

  describe("names the file's keys, not the library's options", () => {
    const der = Buffer.concat([Buffer.from([0x30, 0x82, 0x01, 0x01, 0x02, 0x01, 0x03]), Buffer.alloc(64)]);
    const withKey = { secret: null, thumbprint: null, private_key_file: "server.key", certificate_file: "server.crt" };
    const rows: [string, Record<string, unknown>, string, string][] = [
      [
        "a .pfx for the key",
        { ...withKey, private_key_file: "own.pfx" },
        "cannot be used: private_key_file is a PKCS#12 file (.pfx, .p12).",
        "-nodes -out new.pem; then name new.pem both as private_key_file and as certificate_file.",
      ],
      [
        "a .pfx for the certificate",
        { ...withKey, certificate_file: "own.pfx" },
        "cannot be used: certificate_file is a PKCS#12 file (.pfx, .p12).",
        "then name new.pem both as private_key_file and as certificate_file.",
      ],
      [
        "a certificate for the key",
        { ...withKey, private_key_file: "server.crt" },
        "private_key_file contains CERTIFICATE, not a private key.",
        "Name the file that begins with -----BEGIN PRIVATE KEY-----.",
      ],
      [
        "a key for the certificate",
        { ...withKey, certificate_file: "server.key" },
        "certificate_file contains PRIVATE KEY, not a certificate.",
        "Name the .crt or .pem file that begins with -----BEGIN CERTIFICATE-----.",
      ],
      [
        "a key and a certificate that do not belong together",
        { ...withKey, certificate_file: "other.crt" },
        "The private key and the certificate do not belong together.",
        "Name the key of this certificate, or the certificate of this key.",
      ],
      [
        "a thumbprint that is too short",
        { ...withKey, certificate_file: null, thumbprint: "abc" },
        "thumbprint has 3 letters and digits",
        "SHA-1 thumbprint, or add certificate_file, from which it is computed.",
      ],
      [
        "a key for the secret",
        { secret: "-----BEGIN PRIVATE KEY-----" },
        "The client secret is PEM text.",
        "Name the file as private_key_file and as certificate_file, instead of secret.",
      ],
      [
        "two scopes",
        { scope: ["https://graph.microsoft.com/.default", "api://other/.default"] },
        "error_description: scope contains 2 scopes",
        "",
      ],
      [
        "an issuer that is no address",
        { authority: null, oidc_authority: "issuer" },
        'oidc_authority is "issuer"',
        "Set oidc_authority to",
      ],
      [
        "an authority for many tenants",
        { authority: "https://login.microsoftonline.com/common" },
        "stands for many tenants",
        "Replace /common with the tenant's id or domain.",
      ],
      [
        "an authority of an unknown host",
        { authority: "https://login.contoso.example/tenant/policy" },
        "has more than a tenant in its path",
        "needs a program that names its host in the library's knownAuthorities.",
      ],
      [
        "a client id from a variable that was not set",
        { client_id: "undefined" },
        "client_id is the word undefined",
        "Set client_id to",
      ],
      [
        "an endpoint with a password",
        { endpoint: "https://user:word@localhost/" },
        'endpoint is "https://***@localhost/"',
        "Set endpoint to",
      ],
    ];
    beforeAll(async () => {
      await writeFile(join(folder, "own.pfx"), der, { mode: 0o600 });
      const { certificate } = createSelfSignedCertificate({ commonName: "other", days: 30 });
      await writeFile(join(folder, "other.crt"), certificate);
    });
    test.each(rows)("%s", async (_, changes, message, remedy) => {
      const { exitCode, err } = await run(changes);
      expect(exitCode).toBe(1);
      expect(err).toContain(message);
      expect(err).toContain(remedy);
    });

    test("a host that asks for a delay", async () => {
      const server = createServer((_, response) => response.writeHead(429, { "retry-after": "120" }).end());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const { err } = await run({ endpoint: `http://127.0.0.1:${port}/` });
      server.close();
      expect(err).toContain("What to do: Wait 120 seconds, then try again.");
    });
  });

  describe("with a local platform whose data is elsewhere", () => {
    const elsewhere = () => ({ XDG_DATA_HOME: join(folder, "empty"), LOCALAPPDATA: join(folder, "empty") });
    async function runThere(...options: string[]) {
      const path = join(folder, "elsewhere.json");
      await writeFile(path, JSON.stringify(parameters), { mode: 0o600 });
      return { path, ...(await runCommand(["run", path, ...options], { environment: elsewhere() })) };
    }

    test("trusts the one whose folder is in --data-dir", async () => {
      const { exitCode, err } = await runThere("--data-dir", join(folder, "latchkey"));
      expect(exitCode, err).toBe(0);
    });

    test("names the file that it tried, and the option", async () => {
      const { exitCode, err } = await runThere();
      expect(exitCode).toBe(1);
      expect(err).toMatch(/^error: network_error$/m);
      const file = join(folder, "empty", "latchkey", "ca-certificate.pem");
      expect(err).toContain(
        `What to do: Set --data-dir to the data folder of the platform at that address: the certificate authority in ${file} is trusted, but this file does not exist.`,
      );
    });

    test("says that the folder belongs to another platform", async () => {
      const other = join(folder, "other");
      await (await startPlatform({ certificateDirectory: other })).stop();
      const { exitCode, err } = await runThere("--data-dir", other);
      expect(exitCode).toBe(1);
      expect(err).toContain(
        `What to do: Set --data-dir to the data folder of the platform at that address: the certificate authority in ${join(other, "ca-certificate.pem")} is trusted, but it did not issue the certificate.`,
      );
    });

    test("refuses a --data-dir folder that has never held a platform", async () => {
      const { exitCode, err } = await runThere("--data-dir", join(folder, "empty"));
      expect(exitCode).toBe(1);
      expect(err).toMatch(/^error: invalid_usage$/m);
      expect(err).toContain(`There is no ${join(folder, "empty", "ca-certificate.pem")}.`);
    });
  });

  test("prints the consent page when a permission is missing", async () => {
    const other = platform.directory.registerApplication({ displayName: "unconsented" });
    const secret = platform.directory.addPassword(other.appId).secretText;
    const { exitCode, err } = await run({ client_id: other.appId, secret });
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^error: Authorization_RequestDenied$/m);
    expect(err).toContain(`/adminconsent?client_id=${other.appId}`);
  });

  test("decrypts a key with the variable, and names it if it is missing, empty or wrong", async () => {
    const key = createPrivateKey(await readFile(join(folder, "server.key")));
    const encrypted = key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open sesame" });
    await writeFile(join(folder, "encrypted.key"), encrypted, { mode: 0o600 });
    const path = join(folder, "encrypted.json");
    await writeFile(path, JSON.stringify({ ...parameters, secret: null, private_key_file: "encrypted.key" }));
    const runWith = (passphrase: string | undefined) =>
      runCommand(["run", path], {
        environment: { ...environment, ...(passphrase === undefined ? {} : { LATCHKEY_KEY_PASSPHRASE: passphrase }) },
      });
    const { exitCode, err } = await runWith("open sesame");
    expect(exitCode, err).toBe(0);
    for (const passphrase of [undefined, "", "wrong-canary"]) {
      const failed = await runWith(passphrase);
      expect(failed.exitCode).toBe(1);
      expect(failed.err).toMatch(/^What to do: Put the key's passphrase into the variable LATCHKEY_KEY_PASSPHRASE\.$/m);
      expect(failed.err).not.toContain("canary");
    }
  });

  test("accepts ids, thumbprints and keys as people paste them", async () => {
    const key = await readFile(join(folder, "server.key"), "utf8");
    await writeFile(join(folder, "pasted.key"), `\ufeff"${key.replaceAll("\n", "\\n")}"`, { mode: 0o600 });
    const { exitCode, err } = await run({
      client_id: ` {${String(parameters["client_id"]).toUpperCase()}}\u200e`,
      secret: null,
      private_key_file: "pasted.key",
      thumbprint: `\u200e${String(parameters["thumbprint"])
        .toLowerCase()
        .replace(/..(?=.)/g, "$& ")}`,
    });
    expect(exitCode, err).toBe(0);
  });

  test("prints a response without what could control a terminal", async () => {
    const server = createServer((_, response) => {
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { code: "Bad", message: "red \u001b[31malert\u001b[0m \u0007" } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { err } = await run({ endpoint: `http://127.0.0.1:${port}/` });
    server.close();
    expect(err).toContain("red");
    expect(err).not.toContain("\u001b");
    expect(err).not.toContain("\u0007");
  });
});
