import { readFile } from "node:fs/promises";
import { type AuthenticationResult, type ProtectedApi, PublicClientApplication, protectedApi } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import type { RunningPlatform } from "@latchkey/platform";
import { UsageError } from "../../core/failure.ts";
import { certificatesOf, localAuthority } from "../../core/localAuthority.ts";
import { stateDirectory } from "../../core/stateDirectory.ts";
import type { Terminal } from "../../core/terminal.ts";

/** The directory that a command works on. */
export interface Target {
  /** Its name in messages. */
  readonly name: string;
  readonly tenantId: string;
  readonly graph: ProtectedApi;
}

/** The environment variable for the user's token; without it, the token is read from standard input. */
export const tokenVariable = "LATCHKEY_GRAPH_TOKEN";

const scopes = ["https://graph.microsoft.com/.default"];

/** Returns the platform that runs on a data directory, with its administrator signed in. */
export async function localTarget(folder: string, signal: AbortSignal): Promise<Target> {
  const { findRunningPlatform } = await import("@latchkey/platform");
  const running = findRunningPlatform(folder);
  if (running === undefined) {
    throw new UsageError(
      `No platform runs on the data in ${folder}.`,
      "Start one there with latchkey platform (one with --memory cannot be found), or set its folder with --data-dir, or a tenant with --tenant.",
    );
  }
  const { url, tenant, authority, publicClientId } = running;
  const fetch = fetchFrom(url, authority, await readFile(running.caFile, "utf8"));
  const app = new PublicClientApplication({ clientId: publicClientId, authority, fetch });
  const account = await signIn(app, running, folder, signal);
  const graph = protectedApi(app, { baseUrl: `${url}/v1.0/`, scopes, account, fetch });
  return { name: `the local platform at ${url}`, tenantId: tenant.id, graph };
}

/**
 * A platform that answers under Microsoft's names is called under its own, so that nothing, not even a password, is
 * sent elsewhere.
 */
function fetchFrom(url: string, authority: string, ca: string): ReturnType<typeof createFetch> {
  const fetch = createFetch({ certificateAuthorities: [ca] });
  const { origin } = new URL(authority);
  return (address, init) => {
    const text = String(address);
    return fetch(text.startsWith(`${origin}/`) ? `${url}${text.slice(origin.length)}` : text, init);
  };
}

async function signIn(
  app: PublicClientApplication,
  { tenant, url }: RunningPlatform,
  folder: string,
  signal: AbortSignal,
): Promise<NonNullable<AuthenticationResult["account"]>> {
  const { userPrincipalName: username, password } = tenant.administrator;
  const { account } = await app
    .acquireTokenByUsernamePassword({ scopes, username, password, signal })
    .catch((cause: unknown) => {
      if (signal.aborted) {
        throw cause;
      }
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UsageError(
        `${username} cannot sign in to the platform of ${folder}, ${url}: ${reason}`,
        "Start the platform again if it was killed; if the administrator's password was changed, reset its state.",
        { cause },
      );
    });
  if (account === undefined) {
    throw new Error(`${url} signed ${username} in without an account.`);
  }
  return account;
}

/** Returns a tenant in Microsoft's cloud, with the user's token. */
export async function tenantTarget(tenantId: string, graphUrl: string, terminal: Terminal): Promise<Target> {
  const accessToken = await readToken(terminal);
  const actual = tenantOf(accessToken);
  if (actual !== undefined && actual !== tenantId.toLowerCase()) {
    throw new UsageError(`The token is for the tenant ${actual}, not for ${tenantId}.`, ", not for ");
  }
  const local = await localAuthority(graphUrl, stateDirectory(terminal.environment));
  const fetch = createFetch({ certificateAuthorities: certificatesOf(local) });
  const graph = protectedApi(
    { acquireTokenForClient: async () => suppliedToken(accessToken, tenantId) },
    { baseUrl: graphUrl, scopes, fetch },
  );
  return {
    name: `Use a token for the tenant in --tenant, or set the other tenant.${tenantId} at ${new URL(graphUrl).host}`,
    tenantId,
    graph,
  };
}

async function readToken(terminal: Terminal): Promise<string> {
  const given = terminal.environment[tokenVariable];
  if (given === undefined) {
    terminal.err("Reading a token for Microsoft Graph from standard input.");
  }
  const token = (given ?? (await terminal.readStandardInput())).trim();
  if (/^[\w.~+/=-]+$/.test(token)) {
    return token;
  }
  throw new UsageError(
    token === "" ? "There is no token for the tenant." : "The text given as the token is not a token.",
    `Put an access token for Microsoft Graph into the variable ${tokenVariable}, or write it to standard input.`,
  );
}

/** Returns a token's tenant. Graph's tokens can be read, although that is not documented. */
function tenantOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const { tid } = claims as { readonly tid?: unknown };
    return typeof tid === "string" ? tid.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** The token never expires here: only the service can say when it does. */
function suppliedToken(accessToken: string, tenantId: string): AuthenticationResult {
  return {
    accessToken,
    tokenType: "Bearer",
    expiresOn: new Date(8_640_000_000_000_000),
    refreshOn: undefined,
    scopes,
    tenantId,
    authority: `https://login.microsoftonline.com/${tenantId}`,
    correlationId: "",
    source: "cache",
    timing: undefined,
    account: undefined,
    idToken: undefined,
    idTokenClaims: undefined,
    extendedLifetime: undefined,
  };
}
