import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createSelfSignedCertificate, type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DaemonParameters, Outcome } from "./clients/node/parameters.ts";
import { clientProgram } from "./support/clientProgram.ts";
import { trustEnvironment } from "./support/trustEnvironment.ts";

const run = promisify(execFile);
const graph = "https://graph.microsoft.com/.default";
/** Of the tenant that every platform starts with. */
const seededUsers = 30;
const unknownId = "99999999-9999-4999-8999-999999999999";

/** The documented daemon's logic, with unmodified libraries, one program each. */
const programs = [
  { client: "@latchkey/client", file: "node/latchkey.ts" },
  { client: "@azure/msal-node 7.2.1", file: "node/msalNode.ts" },
  { client: "@azure/identity 4.14.1", file: "node/azureIdentity.ts" },
  { client: "MSAL Python", file: "python/daemon.py" },
  { client: "MSAL Java", file: "java/src/main/java/Daemon.java" },
  { client: "MSAL Go", file: "go/daemon/main.go" },
] as const;

interface Scenario {
  readonly parameters: DaemonParameters;
  /** The result of the MSAL family; a client that differs by design has its own row. */
  readonly expected: Outcome;
  readonly instead?: Partial<Record<(typeof programs)[number]["client"], Outcome>>;
}

let platform: Platform;
let folder: string;
let scenarios: Record<string, Scenario>;
let trust: Readonly<Record<string, string>>;

beforeAll(async () => {
  platform = await startPlatform();
  folder = await mkdtemp(join(tmpdir(), "latchkey-clients-"));
  trust = await trustEnvironment(platform.caCertificate, folder);
  scenarios = await createScenarios();
});

afterAll(async () => {
  await platform?.stop();
  if (folder) {
    await rm(folder, { recursive: true, force: true });
  }
});

async function createScenarios(): Promise<Record<string, Scenario>> {
  const { directory, tenant, url } = platform;
  const register = (displayName: string) =>
    directory.registerApplication({
      displayName,
      requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
    });
  const daemon = register("daemon");
  directory.grantAdminConsent(daemon.appId);
  const { secretText: secret } = directory.addPassword(daemon.appId);
  const unconsented = register("daemon without consent");
  const { secretText: unconsentedSecret } = directory.addPassword(unconsented.appId);
  const made = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
  directory.addCertificate(daemon.appId, made.certificate);
  const keyFile = join(folder, "server.key");
  const certificateFile = join(folder, "server.crt");
  await writeFile(keyFile, made.privateKey, { mode: 0o600 });
  await writeFile(certificateFile, made.certificate);

  const common = {
    authority: `${url}/${tenant.id}`,
    client_id: daemon.appId,
    scope: [graph],
    endpoint: `${url}/v1.0/users?$top=9`,
  };
  const served = { sources: ["network", "cache"], status: 200, users: seededUsers };
  const refused = (error: string, code: number): Outcome => ({ error, error_codes: [code] });
  const byIdentity = (code: number) => ({
    "@azure/identity 4.14.1": { error: "AuthenticationRequiredError", error_codes: [code] },
  });
  // It stores a token under the authority's host, and looks it up under host and port. Without a port it finds it: see
  // unmodifiedClients.test.ts.
  const uncachedByJava = (outcome: Outcome) => ({ "MSAL Java": { ...outcome, sources: ["network", "network"] } });
  const withoutConsent = { sources: ["network", "cache"], status: 403, error: "Authorization_RequestDenied" };
  return {
    "a secret": { parameters: { ...common, secret }, expected: served, instead: uncachedByJava(served) },
    "a secret and the tenant's domain": {
      parameters: { ...common, authority: `${url}/${tenant.domain}`, secret },
      expected: served,
      instead: uncachedByJava(served),
    },
    "a certificate by its SHA-1 thumbprint": {
      parameters: {
        ...common,
        private_key_file: keyFile,
        certificate_file: certificateFile,
        thumbprint: made.thumbprint,
      },
      expected: served,
      instead: uncachedByJava(served),
    },
    "a certificate": {
      parameters: { ...common, private_key_file: keyFile, certificate_file: certificateFile },
      expected: served,
      instead: uncachedByJava(served),
    },
    "a wrong secret": {
      parameters: { ...common, secret: "not-the-secret" },
      expected: refused("invalid_client", 7000215),
      instead: byIdentity(7000215),
    },
    "a scope that is not /.default": {
      parameters: { ...common, secret, scope: ["https://graph.microsoft.com/User.Read"] },
      expected: refused("invalid_scope", 1002012),
      // Our client reports this before anything is sent.
      instead: { "@latchkey/client": { error: "invalid_scope" }, ...byIdentity(1002012) },
    },
    "an unknown client": {
      parameters: { ...common, secret, client_id: unknownId },
      expected: refused("unauthorized_client", 700016),
      instead: byIdentity(700016),
    },
    "an unknown tenant": {
      parameters: { ...common, secret, authority: `${url}/${unknownId}` },
      expected: refused("invalid_request", 90002),
      // They read the tenant's metadata first. MSAL Go reports its refusal, the others lose the code.
      instead: {
        "@azure/msal-node 7.2.1": { error: "endpoints_resolution_error" },
        "@azure/identity 4.14.1": { error: "CredentialUnavailableError" },
        "MSAL Python": { error: expect.stringContaining(unknownId) as unknown as string },
        "MSAL Go": refused("invalid_tenant", 90002),
      },
    },
    "no consent": {
      parameters: { ...common, client_id: unconsented.appId, secret: unconsentedSecret },
      expected: withoutConsent,
      instead: uncachedByJava(withoutConsent),
    },
  };
}

describe.each(programs)("the documented daemon with $client", ({ client, file }) => {
  const { command, skipped } = clientProgram(file);
  const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;

  test.skipIf(skipped)(`gets the real service's responses and refusals${reason}`, { timeout: 60_000 }, async () => {
    const names = Object.keys(scenarios);
    const files = await Promise.all(
      names.map(async (name, index) => {
        const path = join(folder, `${file.replaceAll("/", "-")}-${index}.json`);
        await writeFile(path, JSON.stringify(scenarios[name]?.parameters), { mode: 0o600 });
        return path;
      }),
    );
    const [program = "", ...args] = command;
    const { stdout } = await run(program, [...args, ...files], { env: { ...process.env, ...trust } });
    const outcomes = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Outcome);
    const found = Object.fromEntries(names.map((name, index) => [name, translate(outcomes[index])]));
    const expected = Object.fromEntries(
      names.map((name) => [name, scenarios[name]?.instead?.[client] ?? scenarios[name]?.expected]),
    );
    expect(found).toEqual(expected);
  });
});

/** MSAL Python, Java and Go call the network the identity provider. */
function translate(outcome: Outcome | undefined): Outcome | undefined {
  if (outcome?.sources === undefined) {
    return outcome;
  }
  return {
    ...outcome,
    sources: outcome.sources.map((source) => (source === "identity_provider" ? "network" : source)),
  };
}
