import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfidentialClientApplication, clientSecret, protectedApi } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { createSelfSignedCertificate, type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RecordingOptions, runCommand } from "./recordingTerminal.ts";

let folder: string;
let platform: Platform;
let manifest: string;
let secretsFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-apply-"));
  platform = await startPlatform({ dataDirectory: folder });
  manifest = join(folder, "registration.yaml");
  secretsFile = join(folder, "secrets.json");
  const { certificate } = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
  await writeFile(join(folder, "daemon.pem"), certificate);
  await writeFile(manifest, whole);
});
afterEach(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

const daemonOnly = `
applications:
  - name: nightly-report
    permissions: [{ api: Microsoft Graph, application: [User.Read.All] }]
    adminConsent: true
    secrets: [{ displayName: first }]
`;

const whole = `
users: [{ userPrincipalName: someone@contoso.onmicrosoft.com }]
applications:
  - name: nightly-report
    displayName: Nightly report
    description: Reads what there is
    clientId: 11111111-2222-3333-4444-555555555555
    permissions:
      - { api: Microsoft Graph, application: [User.Read.All], delegated: [User.Read] }
      - { api: orders, application: [Orders.Read], delegated: [Orders.Write] }
    adminConsent: true
    secrets: [{ displayName: first }, { displayName: given, value: a-value-of-my-own }]
    certificates: [{ displayName: disk, file: daemon.pem }]
    federatedCredentials:
      - { name: ci-main, issuer: "https://ci.example", subject: "repo:a" }
  - name: orders
    identifierUris: [api://contoso.onmicrosoft.com/orders]
    redirectUris: { web: ["https://orders.example/back"], spa: ["https://orders.example/spa"] }
    logoutUrl: https://orders.example/out
    requestedAccessTokenVersion: 2
    optionalClaims: { idToken: [{ name: auth_time }] }
    assignmentRequired: true
    appRoles: [{ value: Orders.Read }]
    scopes: [{ value: Orders.Write, displayName: Write orders, type: Admin }]
`;

function applyIt(args: readonly string[] = [], options: RecordingOptions = {}) {
  return runCommand(["apply", manifest, "--data-dir", folder, ...args], options);
}

/** Returns the applications as Graph lists them. */
async function listApplications() {
  const { appId } = platform.directory.registerApplication({
    displayName: "reader",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["Application.Read.All"] }],
  });
  platform.directory.grantAdminConsent(appId);
  const fetch = createFetch({ certificateAuthorities: [platform.caCertificate] });
  const app = new ConfidentialClientApplication({
    clientId: appId,
    clientCredential: clientSecret(platform.directory.addPassword(appId).secretText),
    authority: `${platform.url}/${platform.tenant.id}`,
    fetch,
  });
  const scopes = ["https://graph.microsoft.com/.default"];
  const graph = protectedApi(app, { baseUrl: `${platform.url}/v1.0/`, scopes, fetch });
  type Listed = { readonly id: string; readonly appId: string; readonly displayName: string };
  return (await graph.json<{ value: Listed[] }>("applications")).value;
}

interface PlanStep {
  readonly action: string;
  readonly subject: string;
  readonly what: string;
  readonly detail?: string;
}

async function planOf(args: readonly string[] = ["--dry-run"]): Promise<PlanStep[]> {
  const { exitCode, out, err } = await applyIt([...args, "--json"]);
  expect(exitCode, `${out}\n${err}`).toBe(0);
  return JSON.parse(out).plan;
}

const actions = (plan: readonly PlanStep[]): string[] => [...new Set(plan.map(({ action }) => action))].toSorted();

describe("latchkey apply", () => {
  test("applies a whole manifest, and finds nothing to do the second time", async () => {
    const first = await planOf(["--yes", "--secrets-file", secretsFile]);
    expect(actions(first)).toEqual(["create", "not applicable", "not applied"]);
    expect(actions(await planOf())).toEqual(["not applicable", "not applied", "nothing"]);
  });

  test("creates a daemon that gets a token with its new secret and lists the users", async () => {
    const { exitCode, err } = await applyIt(["--yes", "--secrets-file", secretsFile]);
    expect(exitCode, err).toBe(0);
    const { applications } = JSON.parse(await readFile(secretsFile, "utf8"));
    const fetch = createFetch({ certificateAuthorities: [platform.caCertificate] });
    const app = new ConfidentialClientApplication({
      clientId: applications[0].clientId,
      clientCredential: clientSecret(applications[0].secrets[0].value),
      authority: `${platform.url}/${platform.tenant.id}`,
      fetch,
    });
    const scopes = ["https://graph.microsoft.com/.default"];
    const graph = protectedApi(app, { baseUrl: `${platform.url}/v1.0/`, scopes, fetch });
    expect((await graph.json<{ value: unknown[] }>("users")).value.length).toBeGreaterThan(25);
    const orders = await app.acquireTokenForClient({ scopes: ["api://contoso.onmicrosoft.com/orders/.default"] });
    expect(JSON.parse(atob(orders.accessToken.split(".")[1] ?? ""))).toMatchObject({ roles: ["Orders.Read"] });
  });

  test("writes a secret to the given file, readable only by this account, and nowhere else", async () => {
    const { out, err } = await applyIt(["--yes", "--json", "--secrets-file", secretsFile]);
    const { tenantId, applications } = JSON.parse(await readFile(secretsFile, "utf8"));
    expect(tenantId).toBe(platform.tenant.id);
    expect(applications).toMatchObject([{ name: "nightly-report", secrets: [{ displayName: "first" }] }]);
    expect(`${out}\n${err}\n${JSON.stringify(platform.events)}`).not.toContain(applications[0].secrets[0].value);
    if (process.platform !== "win32") {
      expect((await stat(secretsFile)).mode & 0o777).toBe(0o600);
    }
  });

  test("prints the ids of every application, with a secret or without", async () => {
    const { out } = await applyIt(["--yes", "--secrets-file", secretsFile]);
    const listed = await listApplications();
    const made = ["Nightly report", "orders"].map((displayName) => {
      const application = listed.find((each) => each.displayName === displayName);
      return { clientId: application?.appId, objectId: application?.id };
    });
    expect(out).toBe(`nightly-report: client id ${made[0]?.clientId}\norders: client id ${made[1]?.clientId}`);
    const again = JSON.parse((await applyIt(["--dry-run", "--json"])).out);
    expect(again.applications).toEqual([
      { name: "nightly-report", ...made[0] },
      { name: "orders", ...made[1] },
    ]);
  });

  test("prints the ids of what it created when a later step fails, and no others", async () => {
    const { exitCode, out } = await runCommand(
      ["apply", manifest, "--data-dir", folder, "--yes", "--secrets-file", secretsFile],
      { onOutput: (line, interrupt) => void (line.startsWith("✓ 1/") && interrupt()) },
    );
    expect(exitCode).toBe(130);
    expect(out).toMatch(/^nightly-report: client id [0-9a-f-]{36}$/);
    expect(JSON.parse((await applyIt(["--dry-run", "--json"])).out).applications).toHaveLength(1);
  });

  test("requires a secrets file before anything is changed, and never overwrites one", async () => {
    const without = await applyIt(["--yes"]);
    expect(without.exitCode).toBe(1);
    expect(without.err).toMatch(/secret first of nightly-report\. Nothing was changed\.[\s\S]*--secrets-file/);
    await writeFile(secretsFile, "mine");
    const taken = await applyIt(["--yes", "--secrets-file", secretsFile]);
    expect(taken.exitCode).toBe(1);
    expect(taken.err).toMatch(/secrets\.json already exists/);
    expect(await readFile(secretsFile, "utf8")).toBe("mine");
    expect(actions(await planOf())).toEqual(["create", "not applicable", "not applied"]);
  });

  test("changes nothing with --dry-run", async () => {
    const before = platform.events.length;
    await applyIt(["--dry-run", "--secrets-file", secretsFile]);
    const methods = platform.events
      .slice(before)
      .flatMap((event) => ("path" in event && event.path.startsWith("/v1.0/") ? [event.method] : []));
    expect(new Set(methods)).toEqual(new Set(["GET"]));
    expect(actions(await planOf())).toEqual(["create", "not applicable", "not applied"]);
    expect(existsSync(secretsFile)).toBe(false);
  });

  test("asks for confirmation first, and accepts no as an answer", async () => {
    const no = await applyIt(["--secrets-file", secretsFile], { answer: "no" });
    expect(no.exitCode).toBe(1);
    const unattended = await applyIt(["--secrets-file", secretsFile]);
    expect(unattended.err).toMatch(/no terminal to ask[\s\S]*Add --yes/);
    expect(existsSync(secretsFile)).toBe(false);
    expect((await applyIt(["--secrets-file", secretsFile], { answer: "yes" })).exitCode).toBe(0);
  });

  test("reports a mistake in a manifest with its place, value and remedy", async () => {
    await writeFile(manifest, daemonOnly.replace("User.Read.All", "User.Raed.All"));
    const { exitCode, err } = await applyIt(["--yes"]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /registration\.yaml:4: applications\[0\]\.permissions\[0\]: .*no application permission User\.Raed/,
    );
    await writeFile(manifest, daemonOnly.replace("adminConsent: true", "adminConsent: certainly"));
    expect((await applyIt(["--yes"])).err).toMatch(/adminConsent must be true or false, got "certainly"/);
  });

  test("completes in a second run what an interrupted one began", async () => {
    const { exitCode, err } = await runCommand(
      ["apply", manifest, "--data-dir", folder, "--yes", "--secrets-file", secretsFile],
      { onOutput: (line, interrupt) => void (line.startsWith("✓ 3/") && interrupt()) },
    );
    expect(exitCode, err).toBe(130);
    expect(existsSync(secretsFile)).toBe(false);
    expect(actions(await planOf())).toEqual(["change", "create", "not applicable", "not applied", "nothing"]);
    expect((await applyIt(["--yes", "--secrets-file", secretsFile])).exitCode).toBe(0);
    expect(actions(await planOf())).toEqual(["not applicable", "not applied", "nothing"]);
  });

  test("stores a secret that was being created when it was interrupted", async () => {
    await writeFile(manifest, daemonOnly);
    const stopped = await runCommand(
      ["apply", manifest, "--data-dir", folder, "--yes", "--secrets-file", secretsFile],
      {
        onOutput: (line, interrupt) => {
          if (line.startsWith("✓ 4/")) {
            platform.once("beforeResponse", () => interrupt());
          }
        },
      },
    );
    expect(stopped.err).toContain("✓ 5/5 nightly-report: secret first");
    expect(JSON.parse(await readFile(secretsFile, "utf8")).applications[0].secrets).toHaveLength(1);
  });

  test("changes only what differs, and leaves alone what only the directory has", async () => {
    await applyIt(["--yes", "--secrets-file", secretsFile]);
    const other = whole
      .replace("Reads what there is", "Reads everything")
      .replace("https://orders.example/back", "https://orders.example/new")
      .replace("application: [User.Read.All], delegated: [User.Read]", "application: [Group.Read.All]")
      .replace("name: ci-main", "name: other")
      .replace("repo:a", "repo:b");
    await writeFile(manifest, other);
    const steps = (await planOf(["--yes"])).filter(({ action }) => action !== "nothing");
    const shown = steps.map(({ action, subject, what, detail }) => `${action} ${subject} ${what} ${detail ?? ""}`);
    expect(shown).toContain("change nightly-report application description");
    expect(shown).toContain("change orders application web");
    expect(shown).toContain("left alone orders redirectUris.web https://orders.example/back");
    expect(shown).toContain("change nightly-report permissions Microsoft Graph: Group.Read.All");
    expect(shown).toContain("create nightly-report federated credential other ");
    expect(shown).toContain("left alone nightly-report federated credentials ci-main");
    const again = await planOf();
    expect(again.some(({ action }) => action === "create" || action === "change")).toBe(false);
  });

  test("refuses to choose between applications of the same name, and lists them", async () => {
    const ids = [1, 2].map(() => platform.directory.registerApplication({ displayName: "Nightly report" }).appId);
    const { exitCode, err } = await applyIt(["--yes"]);
    expect(exitCode).toBe(1);
    for (const id of ids) {
      expect(err).toContain(id);
    }
  });

  test("does what the guide shows", async () => {
    const guide = await readFile(new URL("../../../docs/guides/registrations.md", import.meta.url), "utf8");
    await writeFile(manifest, /```yaml\n([\s\S]+?)```/.exec(guide)?.[1] ?? "");
    await planOf(["--yes", "--secrets-file", secretsFile]);
    expect(actions(await planOf())).toEqual(["nothing"]);
  });

  test("finds a platform that answers under Microsoft's names", async () => {
    await platform.stop();
    platform = await startPlatform({ dataDirectory: folder, mode: "interception" });
    await planOf(["--yes", "--secrets-file", secretsFile]);
    expect(actions(await planOf())).toEqual(["not applicable", "not applied", "nothing"]);
  });

  test("says how to start a platform if none is running", async () => {
    await platform.stop();
    const { exitCode, err } = await applyIt(["--dry-run"]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/No platform runs on the data in[\s\S]*latchkey platform/);
  });
});

describe("latchkey apply --tenant", () => {
  const all = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
  ];
  const tenantArgs = (id: string) => ["apply", manifest, "--tenant", id, "--graph", `${platform.url}/v1.0/`];

  async function bringToken(permissions: readonly string[]): Promise<string> {
    const { appId } = platform.directory.registerApplication({
      displayName: "Deployment",
      requiredResourceAccess: [{ name: "Microsoft Graph", permissions }],
    });
    platform.directory.grantAdminConsent(appId);
    const app = new ConfidentialClientApplication({
      clientId: appId,
      clientCredential: clientSecret(platform.directory.addPassword(appId).secretText),
      authority: `${platform.url}/${platform.tenant.id}`,
      fetch: createFetch({ certificateAuthorities: [platform.caCertificate] }),
    });
    return (await app.acquireTokenForClient({ scopes: ["https://graph.microsoft.com/.default"] })).accessToken;
  }

  /** The folder in which the certificate authority of a local platform is looked up. */
  async function home(): Promise<Record<string, string>> {
    const environment = { XDG_DATA_HOME: folder, LOCALAPPDATA: folder };
    await mkdir(join(folder, "latchkey"), { recursive: true });
    await writeFile(join(folder, "latchkey", "ca-certificate.pem"), platform.caCertificate);
    return environment;
  }

  test("reads the token from the variable or from standard input, and never shows it", async () => {
    const token = await bringToken(all);
    const environment = await home();
    const args = [...tenantArgs(platform.tenant.id), "--yes", "--secrets-file", secretsFile];
    const first = await runCommand(args, { environment: { ...environment, LATCHKEY_GRAPH_TOKEN: token } });
    expect(first.exitCode, first.err).toBe(0);
    const second = await runCommand([...tenantArgs(platform.tenant.id), "--dry-run"], {
      environment,
      standardInput: `${token}\n`,
    });
    expect(second.err).toContain("Nothing to do.");
    expect(`${first.out}${first.err}${second.out}${second.err}`).not.toContain(token);
  });

  test("needs no permission to grant consent if the manifest has none", async () => {
    await writeFile(manifest, daemonOnly.replace("adminConsent: true", "adminConsent: false"));
    const LATCHKEY_GRAPH_TOKEN = await bringToken(["Application.ReadWrite.All"]);
    const options = { environment: { ...(await home()), LATCHKEY_GRAPH_TOKEN } };
    const args = [...tenantArgs(platform.tenant.id), "--yes", "--secrets-file", secretsFile];
    expect((await runCommand(args, options)).err).toContain("4/4");
    expect((await runCommand(args, options)).err).toContain("Nothing to do.");
  });

  test("refuses a token for another tenant, and a text that is not a token", async () => {
    const environment = await home();
    const other = "99999999-9999-4999-8999-999999999999";
    const wrong = await runCommand([...tenantArgs(other), "--yes"], {
      environment: { ...environment, LATCHKEY_GRAPH_TOKEN: await bringToken(all) },
    });
    expect(wrong.err).toContain(`The token is for the tenant ${platform.tenant.id}, not for ${other}.`);
    const none = await runCommand([...tenantArgs(other), "--yes"], { environment });
    expect(none.err).toContain("There is no token for the tenant.");
  });
});
