import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  type Credential,
  clientCertificate,
  clientSecret,
  type ProtectedApi,
  protectedApi,
  ServerError,
} from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import type { Platform } from "@latchkey/platform";
import { type Terminal, withoutEscapes } from "../core/terminal.ts";
import type { CliCommand } from "./command.ts";
import { commandName } from "./commandName.ts";

const scopes = ["https://graph.microsoft.com/.default"];

export const quickstart: CliCommand = {
  register(program, terminal) {
    program
      .command("quickstart")
      .summary("show the documented daemon at work on this machine")
      .description(
        "Starts the local platform in memory, registers a daemon application, shows that it is refused without consent and works with it, by client secret and by certificate, and stops. Nothing leaves this machine.",
      )
      .option("--json", "print one JSON value")
      .action(({ json = false }: { json?: boolean }) => runQuickstart(terminal, json));
  },
};

/** A completed step: its title, its result and its duration. */
interface Step {
  readonly title: string;
  readonly result: string;
  readonly durationMs: number;
}

async function runQuickstart(terminal: Terminal, json: boolean): Promise<void> {
  const steps: Step[] = [];
  /** Runs a step, measures it, and prints its title and result. */
  async function step<T>(title: string, work: () => Promise<T>, describe: (value: T) => string): Promise<T> {
    terminal.interrupted.throwIfAborted();
    const startedAtMs = performance.now();
    const value = await work();
    const durationMs = Math.round(performance.now() - startedAtMs);
    const result = describe(value);
    steps.push({ title, result, durationMs });
    if (!json) {
      const number = terminal.style("cyan", `${String(steps.length).padStart(2)}.`);
      terminal.err(`${number} ${terminal.style("bold", title)} ${terminal.style("dim", `(${durationMs} ms)`)}`);
      terminal.err(`    ${withoutEscapes(result).replaceAll("\n", "\n    ")}`);
    }
    return value;
  }

  const { createSelfSignedCertificate, startPlatform } = await import("@latchkey/platform");
  const platform = await step("Start the identity platform on this machine", () => startPlatform(), describePlatform);
  try {
    const users = await runDaemonSteps(platform, terminal, step, createSelfSignedCertificate);
    if (json) {
      terminal.out(JSON.stringify({ steps, users }));
    } else {
      summarise(terminal, steps, users);
    }
  } finally {
    await platform.stop();
  }
}

type StepRunner = <T>(title: string, work: () => Promise<T>, describe: (value: T) => string) => Promise<T>;

async function runDaemonSteps(
  platform: Platform,
  terminal: Terminal,
  step: StepRunner,
  createSelfSignedCertificate: typeof import("@latchkey/platform")["createSelfSignedCertificate"],
): Promise<unknown[]> {
  const { directory, tenant } = platform;
  const fetch = createFetch({ certificateAuthorities: [platform.caCertificate] });
  const init = { signal: terminal.interrupted };
  const signIn = (clientId: string, clientCredential: Credential): [ConfidentialClientApplication, ProtectedApi] => {
    const authority = `${platform.url}/${tenant.id}`;
    const app = new ConfidentialClientApplication({ clientId, authority, clientCredential, fetch });
    return [app, protectedApi(app, { baseUrl: `${platform.url}/v1.0/`, scopes, fetch })];
  };

  const { daemon, secret } = await step(
    "Register a daemon application with a client secret",
    async () => {
      const daemon = directory.registerApplication({
        displayName: "Quickstart daemon",
        requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
      });
      return { daemon, secret: directory.addPassword(daemon.appId, { displayName: "quickstart" }) };
    },
    ({ daemon }) => `client id ${daemon.appId}; requests the application permission User.Read.All of Microsoft Graph`,
  );

  const [unconsented, refusing] = signIn(daemon.appId, clientSecret(secret.secretText));
  await step(
    "Call Graph before an administrator has consented",
    () => expectRefusal(refusing, init),
    (error) => `${error.status} ${error.error}: the token is issued, without roles\nremedy: ${error.remedy}`,
  );

  await step(
    "Grant admin consent",
    async () => directory.grantAdminConsent(daemon.appId),
    () =>
      `as ${unconsented.getAdminConsentUrl()} does in a browser when signed in as ${tenant.administrator.userPrincipalName}`,
  );

  const [app, graph] = signIn(daemon.appId, clientSecret(secret.secretText));
  await step(
    "Get a new app-only token with the secret",
    () => app.acquireTokenForClient({ scopes, ...init }),
    describeToken,
  );
  const users = await step(
    "List the directory's users from Graph, page by page",
    () => listUsers(graph, init),
    describeUsers,
  );
  await step(
    "Get the token again",
    () => app.acquireTokenForClient({ scopes, ...init }),
    (result) => `${describeToken(result)}; no request was sent`,
  );

  const made = await step(
    "Create a certificate and register it with the application",
    async () => {
      const made = createSelfSignedCertificate({ commonName: "quickstart daemon", days: 30 });
      directory.addCertificate(daemon.appId, made.certificate);
      return made;
    },
    ({ thumbprint, thumbprintSha256 }) => `thumbprint SHA-1 ${thumbprint}\nSHA-256 ${thumbprintSha256}`,
  );
  const [certified, byCertificate] = signIn(
    daemon.appId,
    clientCertificate({ privateKey: made.privateKey, certificate: made.certificate }),
  );
  await step(
    "Get an app-only token with the certificate instead of the secret",
    () => certified.acquireTokenForClient({ scopes, ...init }),
    describeToken,
  );
  await step("List the users again with that token", () => listUsers(byCertificate, init), describeUsers);
  return users;
}

/** The refusal is expected here; a response with data would be a bug in the platform. */
async function expectRefusal(graph: ProtectedApi, init: RequestInit): Promise<ServerError> {
  try {
    await graph.json("users", init);
  } catch (error) {
    if (error instanceof ServerError && error.code === "insufficient_privileges") {
      return error;
    }
    throw error;
  }
  throw new Error("Graph accepted a token without roles.");
}

async function listUsers(graph: ProtectedApi, init: RequestInit): Promise<unknown[]> {
  const users: unknown[] = [];
  const path = "users?$select=displayName,userPrincipalName,jobTitle&$top=10";
  for await (const page of graph.pages<unknown>(path, init)) {
    users.push(...page);
  }
  return users;
}

function describePlatform({ url, tenant }: Platform): string {
  return `${url}, tenant ${tenant.displayName} (${tenant.domain}, ${tenant.id})`;
}

function describeToken({ tokenType, accessToken, expiresOn, source }: AuthenticationResult): string {
  return `${tokenType} token of ${accessToken.length} characters from the ${source}, valid until ${expiresOn.toISOString()}`;
}

function describeUsers(users: readonly unknown[]): string {
  return `${users.length} users`;
}

function summarise(terminal: Terminal, steps: readonly Step[], users: readonly unknown[]): void {
  // One user per line, so that thirty users do not scroll the steps out of sight.
  terminal.out(withoutEscapes(`{"value":[\n  ${users.map((user) => JSON.stringify(user)).join(",\n  ")}\n]}`));
  const width = Math.max(...steps.map(({ title }) => title.length));
  terminal.err("");
  terminal.err(terminal.style("bold", "What happened"));
  for (const { title, durationMs } of steps) {
    terminal.err(`  ${terminal.style("green", "✓")} ${title.padEnd(width)} ${String(durationMs).padStart(6)} ms`);
  }
  const totalMs = steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  terminal.err(`  ${`${steps.length} steps`.padEnd(width + 2)} ${String(totalMs).padStart(6)} ms`);
  terminal.err("");
  terminal.err(
    `Next: ${commandName(terminal)} platform starts one for your own program; the README has the code for a real tenant.`,
  );
}
