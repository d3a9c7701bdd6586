import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientCertificate } from "@latchkey/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-certificate-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("latchkey certificate create", () => {
  test("writes a key that only the owner can read, and a certificate that belongs to it", async () => {
    const { exitCode, out } = await runCommand(["certificate", "create", "--out", folder, "--days", "30", "--json"]);
    expect(exitCode).toBe(0);
    const { keyFile, certificateFile, thumbprint, thumbprintSha256, notAfter } = JSON.parse(out);
    const [privateKey, certificate] = [await readFile(keyFile, "utf8"), await readFile(certificateFile, "utf8")];
    const x509 = new X509Certificate(certificate);
    expect(x509.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(thumbprint).toBe(x509.fingerprint.replaceAll(":", ""));
    expect(thumbprintSha256).toBe(x509.fingerprint256.replaceAll(":", ""));
    expect(Date.parse(x509.validTo)).toBe(Date.parse(notAfter));
    expect(x509.subject).toBe("CN=latchkey daemon");
    if (process.platform !== "win32") {
      expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    }
    expect(() => clientCertificate({ privateKey, certificate })).not.toThrow();
  });

  test("does not replace a file without --force", async () => {
    await runCommand(["certificate", "create", "--out", folder, "--name", "kept"]);
    const before = await readFile(join(folder, "kept.key"), "utf8");
    const refused = await runCommand(["certificate", "create", "--out", folder, "--name", "kept"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toMatch(/kept\.key already exists/);
    expect(await readFile(join(folder, "kept.key"), "utf8")).toBe(before);
    const forced = await runCommand(["certificate", "create", "--out", folder, "--name", "kept", "--force"]);
    expect(forced.exitCode).toBe(0);
    expect(await readFile(join(folder, "kept.key"), "utf8")).not.toBe(before);
  });

  test("makes a replaced key readable only by its owner, whatever its permissions were", async () => {
    const key = join(folder, "open.key");
    await writeFile(key, "", { mode: 0o644 });
    await runCommand(["certificate", "create", "--out", folder, "--name", "open", "--force"]);
    if (process.platform !== "win32") {
      expect((await stat(key)).mode & 0o777).toBe(0o600);
    }
  });

  test.runIf(process.platform === "linux")("reports a folder that cannot be created", async () => {
    const { exitCode, err } = await runCommand(["certificate", "create", "--out", "/proc/nowhere"]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/The folder \/proc\/nowhere cannot be created/);
  });

  test("refuses a number of days that is out of range", async () => {
    const { exitCode, err } = await runCommand(["certificate", "create", "--days", "soon"]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/whole number from 1 to 3650/);
  });
});
