import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DevAuthority, issueServerCertificate, loadAuthority } from "../../src/tls/devCertificate.ts";
import { alternativeNames, type HostName, issueCertificate } from "../../src/tls/issueCertificate.ts";

const dayMs = 86_400_000;
const now = Date.now();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "latchkey-ca-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Connects to a server with a certificate for the given name. Returns "accepted" or the TLS error's message. */
async function verdictOn(authority: DevAuthority, name: HostName, servername: string): Promise<string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const leaf = issueCertificate({
    commonName: "leaf",
    issuer: { commonName: "Latchkey local development CA", privateKey: authority.privateKey },
    privateKey,
    notBeforeMs: now - dayMs,
    notAfterMs: now + dayMs,
    serialNumber: randomBytes(16),
    extensions: [alternativeNames([name])],
  });
  const key = privateKey.export({ format: "pem", type: "pkcs8" });
  return serve(leaf.toString(), key, authority.certificate.toString(), servername);
}

function serve(cert: string, key: string | Buffer, ca: string, servername: string): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer({ cert, key }, (_, response) => response.end());
    const finish = (outcome: string): void => {
      server.closeAllConnections();
      server.close(() => resolve(outcome));
    };
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      get({ host: "127.0.0.1", port, ca, servername, agent: false }, () => finish("accepted")).on(
        "error",
        (error: Error) => finish(error.message),
      );
    });
  });
}

describe("the authority", () => {
  test("is trusted for localhost", async () => {
    expect(await verdictOn(loadAuthority(undefined, now), { dns: "localhost" }, "localhost")).toBe("accepted");
  });

  test("is not trusted for any other name", async () => {
    const authority = loadAuthority(undefined, now);
    expect(await verdictOn(authority, { dns: "login.microsoftonline.com" }, "login.microsoftonline.com")).toBe(
      "permitted subtree violation",
    );
  });

  test("is not trusted for another IP address", async () => {
    const authority = loadAuthority(undefined, now);
    expect(await verdictOn(authority, { ip: Uint8Array.of(192, 168, 0, 1) }, "localhost")).toBe(
      "permitted subtree violation",
    );
  });

  test("signs a server certificate for localhost", async () => {
    const authority = loadAuthority(undefined, now);
    const leaf = issueServerCertificate(authority, now);
    expect(await serve(leaf.certificate, leaf.privateKey, authority.certificate.toString(), "localhost")).toBe(
      "accepted",
    );
    const { subjectAltName } = new X509Certificate(leaf.certificate);
    expect(subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
  });
});

describe("in a data directory", () => {
  test("the authority is stored, so that it needs to be trusted only once", () => {
    const first = loadAuthority(directory, now);
    expect(loadAuthority(directory, now + 100 * dayMs).certificate.fingerprint256).toBe(
      first.certificate.fingerprint256,
    );
  });

  test("it is renewed in the last month of its year", () => {
    const first = loadAuthority(directory, now);
    const renewed = loadAuthority(directory, now + 340 * dayMs);
    expect(renewed.certificate.fingerprint256).not.toBe(first.certificate.fingerprint256);
    expect(Date.parse(renewed.certificate.validTo)).toBeGreaterThan(now + 700 * dayMs);
  });

  test("a key that does not match the certificate is replaced together with it", () => {
    loadAuthority(directory, now);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(join(directory, "ca-key.pem"), privateKey.export({ format: "pem", type: "pkcs8" }));
    const { certificate } = loadAuthority(directory, now);
    expect(certificate.toString()).toBe(readFileSync(join(directory, "ca-certificate.pem"), "utf8"));
  });
});
