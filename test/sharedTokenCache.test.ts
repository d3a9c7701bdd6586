import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type CacheDialect,
  ConfidentialClientApplication,
  clientSecret,
  type Fetch,
  PublicClientApplication,
} from "@latchkey/client";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientProgram } from "./support/clientProgram.ts";
import { signInAs } from "./support/signInAs.ts";

const run = promisify(execFile);
const redirectUri = "http://localhost";
const scopes = ["https://graph.microsoft.com/.default"];
const userScopes = ["User.Read"];
const claimsFromClient = '{"access_token":{"idtyp":{"essential":true}}}';

// Older Nodes have no proxy for `fetch`: a client on them would call the real service.
const nodeReason = process.allowedNodeEnvironmentFlags.has("--use-env-proxy")
  ? undefined
  : `Node ${process.versions.node} does not read a proxy from the environment`;

/** A daemon and a tool with one cache file, with unmodified libraries, one program each. */
const programs: readonly { readonly client: string; readonly file: string; readonly dialect?: CacheDialect }[] = [
  { client: "MSAL Node", file: "node/msalNodeTokenCache.ts" },
  { client: "MSAL Python", file: "python/token_cache.py", dialect: "msal-python" },
  { client: "MSAL Java", file: "java/src/main/java/TokenCache.java", dialect: "msal-python" },
  { client: "MSAL Go", file: "go/tokenCache/main.go", dialect: "msal-python" },
];

/** A program's output: the sources of its tokens, and the names of the accounts. */
interface Outcome {
  readonly app: string;
  /** For the app token that was requested with claims. */
  readonly claims: string;
  readonly user: string;
  readonly accounts: readonly string[];
}

let platform: Platform;
let folder: string;
let user: { readonly userPrincipalName: string; readonly password: string };
let daemonId: string;
let secret: string;
let toolId: string;

beforeAll(async () => {
  // Under Microsoft's names, because MSAL Java finds no token for an authority with a port.
  platform = await startPlatform({ mode: "interception" });
  folder = await mkdtemp(join(tmpdir(), "latchkey-shared-"));
  const { directory, tenant } = platform;
  user = { userPrincipalName: `ada@${tenant.domain}`, password: "Right-1-right" };
  directory.createUser({ ...user, displayName: "Ada" });
  daemonId = directory.registerApplication({
    displayName: "daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  }).appId;
  secret = directory.addPassword(daemonId).secretText;
  toolId = directory.registerApplication({
    displayName: "tool",
    allowPublicClient: true,
    signInAudience: "AzureADMultipleOrgs",
    publicClientRedirectUris: [redirectUri],
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: userScopes }],
  }).appId;
  directory.grantAdminConsent(daemonId);
  directory.grantAdminConsent(toolId);
});

afterAll(async () => {
  await platform?.stop();
  if (folder) {
    await rm(folder, { recursive: true, force: true });
  }
});

const authorityOf = (tenant: string): string => `https://login.microsoftonline.com/${tenant}`;
const tokenRequests = (): number => platform.events.filter((event) => event.type === "token").length;
const accounts = (): readonly string[] => [user.userPrincipalName];

/** A daemon and a tool with this library, on the same platform. */
function ours(tenant: string) {
  const fetch: Fetch = (url, init) => platform.fetch(new Request(url, init as RequestInit));
  return {
    daemon: new ConfidentialClientApplication({
      clientId: daemonId,
      authority: authorityOf(platform.tenant.id),
      clientCredential: clientSecret(secret),
      fetch,
    }),
    tool: new PublicClientApplication({ clientId: toolId, authority: authorityOf(tenant), fetch }),
  };
}

/** A code with which the user returns from the sign-in page to the tool. */
async function signIn(): Promise<string> {
  const url = new URL(`${platform.url}/${platform.tenant.id}/oauth2/v2.0/authorize`);
  url.search = String(
    new URLSearchParams({
      client_id: toolId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: [...userScopes, "openid", "profile", "offline_access"].join(" "),
    }),
  );
  return (await signInAs(platform, url.href, user)).searchParams.get("code") ?? "";
}

/** Runs a program as a separate process. */
async function runProgram(command: readonly string[], cacheFile: string, tenant: string): Promise<Outcome> {
  const path = join(folder, "parameters.json");
  const parameters = {
    authority: authorityOf(platform.tenant.id),
    client_id: daemonId,
    secret,
    scope: scopes,
    claims: claimsFromClient,
    tool_id: toolId,
    tool_authority: authorityOf(tenant),
    user_scope: userScopes,
    username: user.userPrincipalName,
    password: user.password,
    code: await signIn(),
    redirect_uri: redirectUri,
    cache_file: cacheFile,
  };
  await writeFile(path, JSON.stringify(parameters), { mode: 0o600 });
  const set = Object.entries({ ...process.env, ...platform.environment }).filter(([, value]) => value !== "");
  const [program = "", ...args] = command;
  const { stdout } = await run(program, [...args, path], { env: Object.fromEntries(set) });
  return JSON.parse(stdout) as Outcome;
}

/** The sources of this library's tokens after it has read a blob; `dialect` writes it again. */
async function readByOurs(
  blob: string,
  tenant: string,
  dialect?: CacheDialect,
): Promise<Omit<Outcome, "claims"> & { readonly written: string }> {
  const { daemon, tool } = ours(tenant);
  daemon.tokenCache.deserialize(blob);
  const app = await daemon.acquireTokenForClient({ scopes });
  tool.tokenCache.deserialize(daemon.tokenCache.serialize({ dialect }));
  const found = await tool.tokenCache.getAllAccounts();
  const [account] = found;
  const silent = account && (await tool.acquireTokenSilent({ scopes: userScopes, account }));
  return {
    app: app.source,
    user: silent?.source ?? "nobody",
    accounts: found.map(({ username }) => username),
    written: tool.tokenCache.serialize({ dialect }),
  };
}

/** What a daemon and a tool with this library write after getting their tokens. */
async function writtenByOurs(tenant: string, dialect?: CacheDialect): Promise<string> {
  const { daemon, tool } = ours(tenant);
  await daemon.acquireTokenForClient({ scopes });
  await daemon.acquireTokenForClient({ scopes, claimsFromClient });
  tool.tokenCache.deserialize(daemon.tokenCache.serialize({ dialect }));
  await tool.acquireTokenByAuthorizationCode({ code: await signIn(), redirectUri, scopes: userScopes });
  return tool.tokenCache.serialize({ dialect });
}

describe.each(programs)("a token cache shared with $client", ({ client, file, dialect }) => {
  const { command, skipped: missing } = clientProgram(file);
  const skipped = file.startsWith("node/") ? nodeReason : missing;
  const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;
  const testEach = test.skipIf(skipped).each(["the user's tenant", "organizations"]);
  const tenantNamed = (name: string): string => (name === "organizations" ? name : platform.tenant.id);

  testEach(`is read, and still works after being written, under %s${reason}`, { timeout: 60_000 }, async (name) => {
    const tenant = tenantNamed(name);
    const cacheFile = join(folder, `${client} writes, ${name}.json`);
    const before = tokenRequests();
    const fresh = await runProgram(command, cacheFile, tenant);
    expect(fresh).toEqual({ app: "network", claims: "network", user: "network", accounts: accounts() });
    const { written, ...outcome } = await readByOurs(await readFile(cacheFile, "utf8"), tenant, dialect);
    expect(outcome).toEqual({ app: "cache", user: "cache", accounts: accounts() });
    await writeFile(cacheFile, written);
    expect(await runProgram(command, cacheFile, tenant)).toEqual({ ...outcome, claims: "cache" });
    // A token's source is the client's claim; this is the platform's record.
    expect(tokenRequests() - before).toBe(3);
  });

  testEach(`works with it when this library has filled it, under %s${reason}`, { timeout: 60_000 }, async (name) => {
    const tenant = tenantNamed(name);
    const cacheFile = join(folder, `${client} reads, ${name}.json`);
    const before = tokenRequests();
    await writeFile(cacheFile, await writtenByOurs(tenant, dialect), { mode: 0o600 });
    const outcome = { app: "cache", claims: "cache", user: "cache", accounts: accounts() };
    expect(await runProgram(command, cacheFile, tenant)).toEqual(outcome);
    const again = await readByOurs(await readFile(cacheFile, "utf8"), tenant);
    expect(again).toMatchObject({ app: "cache", user: "cache", accounts: accounts() });
    expect(tokenRequests() - before).toBe(3);
  });
});
