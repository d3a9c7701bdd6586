import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createSelfSignedCertificate,
  findRunningPlatform,
  type Platform,
  readSeedFile,
  startPlatform,
} from "@latchkey/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

let folder: string;
let platforms: Platform[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-export-"));
  platforms = [];
});
afterEach(async () => {
  await Promise.all(platforms.map((platform) => platform.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string, seed?: string): Promise<Platform> {
  const platform = await startPlatform({ dataDirectory: join(folder, name), seed });
  platforms.push(platform);
  return platform;
}

async function exported(name: string, ...args: string[]) {
  const { exitCode, out, err } = await runCommand(["export", "--data-dir", join(folder, name), ...args]);
  expect(exitCode, err).toBe(0);
  return { out, err };
}

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function applyTo(name: string, manifest: string): Promise<void> {
  const secrets = join(folder, `${name}-secrets.json`);
  const args = ["apply", manifest, "--data-dir", join(folder, name), "--yes", "--secrets-file", secrets];
  const { exitCode, err } = await runCommand(args);
  expect(exitCode, err).toBe(0);
}

const manifest = `
applications:
  - name: nightly-report
    displayName: Nightly report
    description: Reads what there is
    allowPublicClient: true
    permissions:
      - { api: Microsoft Graph, application: [User.Read.All], delegated: [User.Read] }
      - { api: orders, application: [Orders.Read] }
    adminConsent: true
    secrets: [{ displayName: first }]
    federatedCredentials: [{ name: ci-main, issuer: "https://ci.example", subject: "repo:a", description: CI }]
  - name: not-here
    signInAudience: AzureADMultipleOrgs
    servicePrincipal: false
    permissions: [{ api: Microsoft Graph, delegated: [Mail.Read] }]
  - name: orders
    enabled: false
    assignmentRequired: true
    identifierUris: [api://contoso.onmicrosoft.com/orders]
    redirectUris: { web: ["https://orders.example/back"], spa: ["https://orders.example/spa"], publicClient: ["http://localhost"] }
    logoutUrl: https://orders.example/out
    implicitGrant: { idTokens: true }
    requestedAccessTokenVersion: 2
    groupMembershipClaims: SecurityGroup
    optionalClaims: { idToken: [{ name: auth_time }] }
    appRoles: [{ value: Orders.Read, allowedMemberTypes: [User, Application] }]
    scopes: [{ value: Orders.Write, displayName: Write orders, type: Admin }]
`;

describe("latchkey export", () => {
  test("writes a manifest from which a new directory gets the same export, by apply and as a seed", async () => {
    await start("first");
    await applyTo("first", await write("manifest.yaml", manifest));
    const { out, err } = await exported("first");
    expect(err).toBe("");
    const file = await write("exported.yaml", out);
    await start("second");
    await applyTo("second", file);
    expect((await exported("second")).out).toBe(out);
    await start("third", file);
    expect((await exported("third")).out).toBe(out);
  });

  test("exports everything in the manifest that the directory was made from", async () => {
    await start("first");
    await applyTo("first", await write("manifest.yaml", manifest));
    const { seed } = await readSeedFile(await write("exported.yaml", (await exported("first")).out));
    const given = (await readSeedFile(join(folder, "manifest.yaml"))).seed;
    expect(seed).toMatchObject(JSON.parse(JSON.stringify(given)));
  });

  test("finds nothing to do when applied to the same directory, whatever is in it", async () => {
    const { directory } = await start("first");
    const { appId } = directory.registerApplication({ displayName: "By hand", redirectUris: ["https://a.example/b"] });
    directory.addPassword(appId, { displayName: "by hand" });
    const file = await write("exported.yaml", (await exported("first")).out);
    const { err } = await runCommand(["apply", file, "--data-dir", join(folder, "first"), "--dry-run"]);
    expect(err).toContain("Nothing to do.");
  });

  test("counts the secrets that have no name", async () => {
    const { directory } = await start("first");
    const { appId } = directory.registerApplication({ displayName: "By hand" });
    directory.addPassword(appId);
    expect((await exported("first")).err).toMatch(/^Not exported: By hand: 1 secret without a name$/m);
    directory.addPassword(appId);
    expect((await exported("first")).err).toMatch(/^Not exported: By hand: 2 secrets without a name$/m);
  });

  test("lists what a manifest cannot express, and reveals no secret", async () => {
    const { directory } = await start("first");
    const { appId } = directory.registerApplication({
      displayName: "By hand",
      requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
    });
    const { secretText } = directory.addPassword(appId, { displayName: "by hand" });
    const { certificate } = createSelfSignedCertificate({ commonName: "daemon", days: 1 });
    directory.addCertificate(appId, certificate);
    const { out, err } = await exported("first");
    expect(err).toMatch(/^Not exported: By hand: certificate [0-9A-F]{40}: Graph does not return certificates$/m);
    expect(out).toContain("displayName: by hand");
    expect(out).not.toContain("adminConsent");
    const running = findRunningPlatform(join(folder, "first"));
    for (const secret of [secretText, running?.tenant.administrator.password, running?.control.token]) {
      expect(`${out}${err}`).not.toContain(secret);
    }
  });

  test("includes client ids for a seed with --client-ids", async () => {
    const { directory } = await start("first");
    const { appId } = directory.registerApplication({ displayName: "By hand" });
    const { out } = await exported("first", "--client-ids", "--json");
    expect(JSON.parse(out).applications).toMatchObject([{ name: "By hand", clientId: appId }]);
    const second = await start("second", await write("exported.json", out));
    expect(second.seeded.applications[0]?.clientId).toBe(appId);
  });
});
