import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ mode: "interception" });
});
afterAll(() => platform.stop());

const hasJava = spawnSync("keytool", ["-help"]).error === undefined;

test.skipIf(!hasJava)(
  `Java reads the trust store without a password${hasJava ? "" : " (skipped: there is no keytool on the PATH)"}`,
  () => {
    const options = platform.environment["JAVA_TOOL_OPTIONS"] ?? "";
    const path = /-Djavax\.net\.ssl\.trustStore=(\S+)/.exec(options)?.[1] ?? "";
    const { status, stdout } = spawnSync("keytool", ["-list", "-keystore", path, "-storetype", "PKCS12"], {
      encoding: "utf8",
      input: "\n",
    });
    expect(status).toBe(0);
    const [own, run] = platform.caCertificate.split(/(?=-----BEGIN)/).map((pem) => new X509Certificate(pem));
    expect(stdout).toContain(own?.fingerprint256);
    expect(stdout).toContain(run?.fingerprint256);
    expect(stdout.match(/trustedCertEntry/g)?.length).toBeGreaterThan(2);
  },
  60_000,
);
