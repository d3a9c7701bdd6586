import { join } from "node:path";
import { platformApp } from "./app.ts";
import { type MovableClock, movableClock, systemClock } from "./clock.ts";
import type { Controls } from "./controls.ts";
import { authorityCertificateFileName, issueServerCertificate, loadAuthority } from "./devCertificate.ts";
import { type Directory, openDirectory } from "./directory/directory.ts";
import { type PlatformDirectory, platformDirectory } from "./directory/platformDirectory.ts";
import { administratorId, seedDirectory } from "./directory/seed/seed.ts";
import { initialDomain, type Tenant } from "./directory/tenants.ts";
import { seededPassword } from "./directory/userPasswords.ts";
import { getUser } from "./directory/users.ts";
import { eventLog, type PlatformEvent } from "./events.ts";
import { fetchWithoutSocket } from "./faults/connection.ts";
import { type Faults, faultList } from "./faults.ts";
import { allowedHosts } from "./hosts.ts";
import { type OpenInterception, prepareInterception } from "./interception/interception.ts";
import { type Listening, listeners } from "./listeners.ts";
import { type Listener, listen } from "./node.ts";
import { checkOptions, type PlatformOptions } from "./options.ts";
import type { PlatformContext } from "./platformContext.ts";
import { openSessions } from "./portal/sessions.ts";
import { systemRandom } from "./random.ts";
import { openSigningKeys, type SigningKeys } from "./signing/signingKeys.ts";
import { tokenSigning } from "./signing/tokens.ts";
import type { Database } from "./storage/database.ts";
import { openStorage } from "./storage/openStorage.ts";

/** A running local identity platform. */
export interface Platform {
  /** Its public URL without a slash at the end, such as `https://localhost:8443`. Authorities are `{url}/{tenant id}`. */
  readonly url: string;
  /**
   * The certificate (PEM) of the authority that vouches for the platform's TLS. It can vouch for loopback names only. In
   * interception mode a second one follows, made for this run: it can vouch for the intercepted names only.
   */
  readonly caCertificate: string;
  /**
   * Environment variables that make a child process trust and find the platform. No secret is in them. In interception
   * mode they name files that `stop` removes, and an empty value stands for a variable that must not be set.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly tenant: PlatformTenant;
  /** Registers applications, adds credentials, grants consent: what an administrator would do in the portal. */
  readonly directory: PlatformDirectory;
  /** The platform's time. Moving it ages tokens, secrets and certificates; TLS keeps the machine's own time. */
  readonly clock: MovableClock;
  readonly keys: PlatformKeys;
  /** Recent events, oldest first: what was asked, what was answered, and why. */
  readonly events: readonly PlatformEvent[];
  /** Answers that are to go wrong: rules by endpoint, client, tenant, grant, number and chance. */
  readonly faults: Faults;
  /** Calls a listener before each token or answer leaves; it may change it. The result takes the listener away. */
  readonly on: Listening["on"];
  /** As `on`, for the next token or answer only. */
  readonly once: Listening["once"];
  /**
   * Answers a request without a socket. The request's URL must begin with the platform's. Rejects as the global
   * `fetch` does when a fault cuts the connection.
   */
  fetch(request: Request): Promise<Response>;
  /** Closes sockets and database; calling it again is harmless. The platform cannot be used afterwards. */
  stop(): Promise<void>;
}

/** The tenant that the platform starts with, and who administers it. */
export interface PlatformTenant {
  readonly id: string;
  /** The initial domain, such as `contoso.onmicrosoft.com`. */
  readonly domain: string;
  readonly displayName: string;
  /** Signs in on the platform's pages. The password is the seeded one: after a change through Graph it is no longer good. */
  readonly administrator: { readonly userPrincipalName: string; readonly password: string };
}

/** The keys that sign tokens. */
export interface PlatformKeys {
  /** Signs with a new key from now on; the older ones stay published. */
  rollover(): Promise<void>;
}

/**
 * Starts a Microsoft identity platform on this machine: a token service, a directory with one tenant, and Microsoft
 * Graph, over https on loopback. In memory unless a data directory is given. Throws when the port is taken, when the
 * data directory was written by a newer release, or when an option cannot be used.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/
 *
 * @example
 * ```ts
 * import { startPlatform } from "@latchkey/platform";
 *
 * const platform = await startPlatform();
 * const daemon = platform.directory.registerApplication({
 *   displayName: "Nightly report",
 *   requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
 * });
 * const { secretText } = platform.directory.addPassword(daemon.appId);
 * platform.directory.grantAdminConsent(daemon.appId);
 * console.log(`${platform.url}/${platform.tenant.id}`, daemon.appId, secretText.length);
 * await platform.stop();
 * ```
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  checkOptions(options);
  const clock = movableClock(options.clock ?? systemClock);
  const random = options.random ?? systemRandom();
  // First, because it goes on in the background: tokens wait for the key, the start does not.
  const keys = openSigningKeys({ clock, dataDirectory: options.dataDirectory, given: options.keys });
  const database = openStorage(options.dataDirectory);
  try {
    const directory = openDirectory(database, clock, random);
    const tenant = seedDirectory(directory, options.tenant ?? {});
    const stopping = new AbortController();
    const controls: Controls = {
      clock,
      faults: faultList(directory, random, options.faults ?? []),
      listeners: listeners(),
      stopping: stopping.signal,
    };
    // TLS is judged by other programs with the machine's time, whatever the platform's clock says.
    const authority = loadAuthority(authorityDirectory(options), systemClock.now());
    const certificate = issueServerCertificate(authority, systemClock.now());
    const interception = options.mode === "interception" ? prepareInterception(systemClock.now()) : undefined;
    const listener = await listen({
      port: options.port,
      firstPort: options.firstPort,
      certificate,
      further: interception?.certificate,
    });
    const url = `https://localhost:${listener.port}`;
    const context: PlatformContext = {
      url,
      mode: options.mode ?? "own-host",
      issuers: interception?.issuers ?? { 1: url, 2: url },
      directory,
      clock,
      random,
      signing: tokenSigning(keys, controls.listeners),
      events: eventLog(clock, options.onEvent),
      hosts: allowedHosts(listener.port, [...(options.allowedHosts ?? []), ...(interception?.hosts ?? [])]),
      sessions: openSessions(clock, random),
      wireProfile: { errorTrailerSeparator: " ", ...options.wireProfile },
    };
    const app = platformApp(context, controls);
    listener.serve(app.fetch);
    const ownAuthority = authority.certificate.toString();
    const opened = await interception
      ?.open({
        accept: listener.accept,
        events: context.events,
        ownAuthority,
        tenantId: tenant.id,
        dataDirectory: options.dataDirectory,
      })
      .catch(async (error: unknown) => {
        await listener.close();
        throw error;
      });
    return running({
      options,
      context,
      controls,
      stopping,
      listener,
      database,
      tenant,
      keys,
      app,
      clock,
      ca: `${ownAuthority}${interception?.authority ?? ""}`,
      interception: opened,
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

interface Parts {
  readonly options: PlatformOptions;
  readonly context: PlatformContext;
  readonly controls: Controls;
  readonly stopping: AbortController;
  readonly listener: Listener;
  readonly database: Database;
  readonly tenant: Tenant;
  readonly keys: SigningKeys;
  readonly app: ReturnType<typeof platformApp>;
  readonly clock: MovableClock;
  readonly ca: string;
  readonly interception: OpenInterception | undefined;
}

function running(parts: Parts): Platform {
  const { options, context, controls, stopping, listener, database, tenant, keys, app, clock, ca, interception } =
    parts;
  const { directory, events, url } = context;
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    // Answers that a fault holds back would wait for a clock that nobody moves any more.
    stopping.abort();
    await interception?.close();
    await listener.close();
    // A key still being made would be written into a directory that the caller may already have removed.
    await keys.published().catch(() => undefined);
    database.close();
  }

  return {
    url,
    caCertificate: ca,
    environment: interception?.environment ?? environmentOf(authorityDirectory(options), url, tenant),
    tenant: describeTenant(directory, tenant),
    directory: platformDirectory(directory, tenant.id),
    clock,
    keys: {
      async rollover() {
        await keys.rollover();
      },
    },
    get events() {
      return events.recent();
    },
    faults: controls.faults,
    on: controls.listeners.on,
    once: controls.listeners.once,
    fetch: (request) => fetchWithoutSocket(app.fetch, request),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function describeTenant(directory: Directory, tenant: Tenant): PlatformTenant {
  const domain = initialDomain(tenant);
  return {
    id: tenant.id,
    domain,
    displayName: tenant.displayName,
    administrator: {
      userPrincipalName: getUser(directory, administratorId)?.userPrincipalName ?? `admin@${domain}`,
      password: seededPassword(directory, administratorId),
    },
  };
}

/** Variables only for what exists as a file: a program cannot be pointed at a certificate in memory. */
function environmentOf(directory: string | undefined, url: string, tenant: Tenant): Record<string, string> {
  const authority = { AZURE_AUTHORITY_HOST: url, AZURE_TENANT_ID: tenant.id };
  return directory === undefined
    ? authority
    : { ...authority, NODE_EXTRA_CA_CERTS: join(directory, authorityCertificateFileName) };
}

function authorityDirectory(options: PlatformOptions): string | undefined {
  return options.certificateDirectory ?? options.dataDirectory;
}
