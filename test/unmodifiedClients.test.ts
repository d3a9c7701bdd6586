import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSignedCertificate, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DaemonParameters, Outcome } from "./clients/node/parameters.ts";
import { unmodifiedProgram } from "./support/clientProgram.ts";
import { latchkey } from "./support/latchkey.ts";

const login = "https://login.microsoftonline.com";
/** As many users as the seed has. */
const users = 30;
const unknownId = "99999999-9999-4999-8999-999999999999";

/** The documented daemon's logic with the default authority and no option that points anywhere else. */
const programs = [
  { client: "@latchkey/client", file: "node/latchkey.ts" },
  { client: "@azure/msal-node 7.2.1", file: "node/msalNode.ts" },
  { client: "@azure/identity 4.14.1", file: "node/azureIdentity.ts" },
  { client: "MSAL Python", file: "python/daemon.py" },
  { client: "MSAL Java", file: "java/src/main/java/Daemon.java" },
  { client: "MSAL Go", file: "go/daemon/main.go" },
].map(({ client, file }) => ({ client, file, ...unmodifiedProgram(file) }));

let folder: string;
let data: string;
let tenantId: string;
let clientId: string;
let secret: string;
let keyFile: string;
let certificateFile: string;
let thumbprint: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-unmodified-"));
  data = join(folder, "data");
  const platform = await startPlatform({ dataDirectory: data });
  const { directory, tenant } = platform;
  tenantId = tenant.id;
  clientId = directory.registerApplication({
    displayName: "daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  }).appId;
  directory.grantAdminConsent(clientId);
  secret = directory.addPassword(clientId).secretText;
  const made = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
  directory.addCertificate(clientId, made.certificate);
  thumbprint = made.thumbprint;
  await platform.stop();
  keyFile = join(folder, "server.key");
  certificateFile = join(folder, "server.crt");
  await writeFile(keyFile, made.privateKey, { mode: 0o600 });
  await writeFile(certificateFile, made.certificate);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function exec(...command: readonly string[]) {
  return latchkey(["platform", "exec", "--data-dir", data, "--", ...command]);
}

describe.each(programs)("$client under its default authority", ({ client, file, command, skipped }) => {
  const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;

  test.skipIf(skipped)(`gets the real service's responses${reason}`, { timeout: 60_000 }, async () => {
    const common = {
      authority: `${login}/${tenantId}`,
      client_id: clientId,
      scope: ["https://graph.microsoft.com/.default"],
      endpoint: "https://graph.microsoft.com/v1.0/users?$top=9",
    };
    const parameters: readonly DaemonParameters[] = [
      { ...common, secret },
      { ...common, authority: `${login}/contoso.onmicrosoft.com`, secret },
      { ...common, private_key_file: keyFile, thumbprint, certificate_file: certificateFile },
      { ...common, private_key_file: keyFile, certificate_file: certificateFile },
      { ...common, secret: "not-the-secret" },
      { ...common, authority: `${login}/${unknownId}`, secret },
    ];
    const files = await Promise.all(
      parameters.map(async (each, index) => {
        const path = join(folder, `${file.replaceAll("/", "-")}-${index}.json`);
        await writeFile(path, JSON.stringify(each), { mode: 0o600 });
        return path;
      }),
    );
    const { out, err } = await exec(...command, ...files);
    // Every Java program prints this first.
    expect(err.replace(/^Picked up JAVA_TOOL_OPTIONS: .*\n/, "")).toBe("");
    const outcomes = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Outcome);
    const served = { sources: ["network", "cache"], status: 200, users };
    expect(outcomes.slice(0, 4).map(inOneWord)).toEqual([served, served, served, served]);
    expect(outcomes[4]).toMatchObject({ error_codes: [7000215] });
    // MSAL Python reads the tenant's metadata first, and loses the code of its refusal.
    if (client === "MSAL Python") {
      expect(outcomes[5]?.error).toContain(unknownId);
    } else {
      expect(outcomes[5]).toMatchObject({ error_codes: [90002] });
    }
  });
});

/** MSAL Python, Java and Go call the network the identity provider. */
function inOneWord(outcome: Outcome): Outcome {
  const sources = outcome.sources?.map((source) => (source === "identity_provider" ? "network" : source));
  return sources === undefined ? outcome : { ...outcome, sources };
}
