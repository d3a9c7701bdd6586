import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getCACertificates } from "node:tls";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let platform: Platform;
beforeEach(async () => {
  platform = await startPlatform({ mode: "interception" });
});
afterEach(() => platform.stop());

function variable(name: string): string {
  return platform.environment[name] ?? "";
}

function certificatesIn(path: string): X509Certificate[] {
  return readFileSync(path, "utf8")
    .split(/(?=-----BEGIN CERTIFICATE)/)
    .map((pem) => new X509Certificate(pem));
}

describe("the environment for a child process", () => {
  test("sends only https to the proxy, except to loopback", () => {
    const proxy = variable("HTTPS_PROXY");
    expect(proxy).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(platform.environment).toMatchObject({
      https_proxy: proxy,
      HTTP_PROXY: "",
      http_proxy: "",
      ALL_PROXY: "",
      all_proxy: "",
      NO_PROXY: "localhost,127.0.0.1,::1",
      no_proxy: "localhost,127.0.0.1,::1",
      NODE_USE_ENV_PROXY: "1",
    });
  });

  test("excludes loopback addresses without brackets, which httpx would read as a port", () => {
    expect([variable("NO_PROXY"), variable("no_proxy")].join()).not.toMatch(/[[\]]/);
  });

  test("has the platform's two authorities in files that a program adds to its own", () => {
    expect(certificatesIn(variable("NODE_EXTRA_CA_CERTS")).map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(["CN=Latchkey interception CA for one run", "CN=Latchkey local development CA"]),
    );
    expect(certificatesIn(variable("NODE_EXTRA_CA_CERTS"))).toHaveLength(2 + getCACertificates("extra").length);
  });

  test("has the system's authorities as well in files that replace them", () => {
    const bundle = variable("REQUESTS_CA_BUNDLE");
    expect([variable("SSL_CERT_FILE"), variable("CURL_CA_BUNDLE")]).toEqual([bundle, bundle]);
    const fingerprints = new Set(certificatesIn(bundle).map(({ fingerprint256 }) => fingerprint256));
    const system = getCACertificates("system");
    const expected = system.length > 0 ? system : getCACertificates("bundled");
    for (const pem of [...expected, platform.caCertificate]) {
      expect(fingerprints).toContain(new X509Certificate(pem).fingerprint256);
    }
  });

  test("gives Azure CLI a configuration of its own, without telemetry, in the local tenant", () => {
    expect(platform.environment).toMatchObject({
      AZURE_TENANT_ID: platform.tenant.id,
      AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com",
      AZURE_CORE_COLLECT_TELEMETRY: "0",
      AZURE_CONFIG_DIR: join(dirname(variable("REQUESTS_CA_BUNDLE")), "azure"),
    });
  });

  test("contains no private key, in variables or in files", () => {
    const folder = dirname(variable("REQUESTS_CA_BUNDLE"));
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name), "latin1")).not.toContain("PRIVATE KEY");
    }
    expect(JSON.stringify(platform.environment)).not.toMatch(/PRIVATE KEY|secret|password/i);
  });

  test("names files that only this account can read, in a folder that stop removes", async () => {
    const folder = dirname(variable("REQUESTS_CA_BUNDLE"));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
    await platform.stop();
    expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined();
  });
});

test("Azure CLI's accounts are stored with the data, but the run's key and authority are not", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "latchkey-interception-"));
  const withData = await startPlatform({ mode: "interception", dataDirectory });
  expect(withData.environment["AZURE_CONFIG_DIR"]).toBe(join(dataDirectory, "azure"));
  const authority = withData.caCertificate.split(/(?=-----BEGIN)/)[1]?.trim() ?? "";
  await withData.stop();
  for (const name of readdirSync(dataDirectory)) {
    expect(readFileSync(join(dataDirectory, name), "latin1")).not.toContain(authority);
  }
  rmSync(dataDirectory, { recursive: true });
});
