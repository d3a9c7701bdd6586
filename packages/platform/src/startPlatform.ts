import { join, resolve } from "node:path";
import { managedIdentityHosts } from "./azure/managedIdentity/managedIdentityHosts.ts";
import type { Controls } from "./control/controls.ts";
import { type MovableClock, movableClock, systemClock } from "./core/clock.ts";
import { eventLog } from "./core/events.ts";
import { systemRandom } from "./core/random.ts";
import { type Directory, openDirectory } from "./directory/directory.ts";
import { platformDirectory } from "./directory/platformDirectory.ts";
import { administratorId, isSeeded, seedDirectory } from "./directory/provisioning/seedDirectory.ts";
import { initialDomain, type Tenant } from "./directory/tenants/tenants.ts";
import { seededPassword } from "./directory/users/userPasswords.ts";
import { getUser } from "./directory/users/users.ts";
import { openThrottling } from "./graph/request/throttling/throttling.ts";
import { answerFetch } from "./http/fetch.ts";
import { allowedHosts } from "./http/hosts.ts";
import { type Listener, listen } from "./http/sockets/listen.ts";
import type { Handle } from "./http/plainHttp.ts";
import { answerSockets } from "./http/sockets/answerSockets.ts";
import { type OpenInterception, prepareInterception } from "./interception/interception.ts";
import { checkOptions, type PlatformOptions } from "./options.ts";
import { openNewSecrets } from "./portal/newSecrets.ts";
import type { LoadedSeed } from "./seed/loadSeed.ts";
import type { Seed } from "./seed/seed.ts";
import { openControls } from "./server/openControls.ts";
import type { Platform, PlatformTenant } from "./server/platform.ts";
import type { PlatformContext } from "./server/platformContext.ts";
import { announceRunning } from "./server/runningFile.ts";
import { openWayIn } from "./server/wayIn.ts";
import { openAccountLockout } from "./signIn/accountLockout.ts";
import { openSecondFactors } from "./signIn/secondFactors.ts";
import { openSessions } from "./signIn/sessions.ts";
import { openSigningKeys, type SigningKeys } from "./signing/signingKeys.ts";
import { tokenSigning } from "./signing/tokens.ts";
import type { Database } from "./storage/database.ts";
import { openStorage } from "./storage/openStorage.ts";
import type { ServerCertificate } from "./tls/authority.ts";
import {
  authorityCertificateFileName,
  issueLocalhostCertificate,
  issueServerCertificate,
  loadAuthority,
} from "./tls/devCertificate.ts";

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
export function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  return startPlatformOn(listen, options);
}

/** With another way to listen: benchmarks compare the platform with servers that have no TLS. */
export async function startPlatformOn(open: typeof listen, options: PlatformOptions): Promise<Platform> {
  checkOptions(options);
  const clock = movableClock(options.clock ?? systemClock);
  const random = options.random ?? systemRandom();
  // First, because it goes on in the background: tokens wait for the key, the start does not.
  const keys = openSigningKeys({ clock, dataDirectory: options.dataDirectory, given: options.keys });
  const database = openStorage(options.dataDirectory);
  try {
    const directory = openDirectory(database, clock, random);
    const isKept = isSeeded(directory);
    const seed = options.seed === undefined ? undefined : await readSeedOption(options.seed);
    const tenant = seedDirectory(directory, { ...seed?.tenant, ...options.tenant });
    const events = eventLog(clock, options.onEvent);
    const sessions = openSessions(clock, random);
    const lockout = openAccountLockout(clock);
    const faults = options.faults ?? [];
    const throttling = options.throttling === true ? openThrottling(directory, clock) : undefined;
    const controls = openControls({
      directory,
      tenant,
      isKept,
      seed,
      faults,
      clock,
      sessions,
      lockout,
      throttling,
      events,
      keys,
    });
    // TLS is judged by other programs with the machine's time, whatever the platform's clock says.
    const authority = loadAuthority(authorityDirectory(options), systemClock.now());
    const certificate = issueServerCertificate(authority, systemClock.now());
    const interception = options.mode === "interception" ? prepareInterception(systemClock.now()) : undefined;
    const listener = await open({
      port: options.port,
      firstPort: options.firstPort,
      certificate,
      further: [
        { names: ["localhost"], certificate: issueLocalhostCertificate(authority, systemClock.now()) },
        ...(interception === undefined ? [] : [interception.certificate]),
      ],
    });
    // Without the port that https has by itself: clients compare addresses to the letter.
    const url = new URL(`https://localhost:${listener.port}`).origin;
    const ownAuthority = authority.certificate.toString();
    const context: PlatformContext = {
      url,
      mode: options.mode ?? "own-host",
      caCertificate: ownAuthority,
      issuers: interception?.issuers ?? { 1: url, 2: url },
      directory,
      clock,
      random,
      signing: tokenSigning(keys, controls.listeners),
      events,
      hosts: allowedHosts(listener.port, [...(options.allowedHosts ?? []), ...(interception?.hosts ?? [])]),
      sessions,
      lockout,
      secondFactors: openSecondFactors(clock, random),
      newSecrets: openNewSecrets(clock),
      throttling,
      wireProfile: { errorTrailerSeparator: " ", declinedConsentError: "consent_required", ...options.wireProfile },
    };
    const handle = openWayIn(context, controls);
    listener.serve(answerSockets(handle, { scheme: "https", reset: listener.reset }), clock);
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
    return await running({
      options,
      context,
      controls,
      listener,
      database,
      tenant,
      keys,
      handle,
      clock,
      certificate,
      ca: `${ownAuthority}${interception?.authority ?? ""}`,
      interception: opened,
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Loaded when it is needed: the YAML reader takes longer than starting the platform. */
async function readSeedOption(given: Seed | string | URL): Promise<LoadedSeed> {
  const { loadSeed } = await import("./seed/loadSeed.ts");
  return loadSeed(given);
}

interface Parts {
  readonly options: PlatformOptions;
  readonly context: PlatformContext;
  readonly controls: Controls;
  readonly listener: Listener;
  readonly database: Database;
  readonly tenant: Tenant;
  readonly keys: SigningKeys;
  readonly handle: Handle;
  readonly clock: MovableClock;
  readonly certificate: ServerCertificate;
  readonly ca: string;
  readonly interception: OpenInterception | undefined;
}

async function running(parts: Parts): Promise<Platform> {
  const { options, context, controls, listener, database, tenant, keys, handle, clock, certificate, ca, interception } =
    parts;
  const { directory, events, url } = context;
  const identityHosts = managedIdentityHosts({ context, controls, tenant }, certificate, interception);
  let stopped: Promise<void> | undefined;
  let withdraw: (() => void) | undefined;

  async function stop(): Promise<void> {
    withdraw?.();
    // Answers that a fault holds back would wait for a clock that nobody moves any more.
    controls.stop();
    await interception?.close();
    await identityHosts.close();
    await listener.close();
    // A key still being made would be written into a directory that the caller may already have removed.
    await keys.published().catch(() => undefined);
    database.close();
  }

  const platform: Platform = {
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
    controlToken: controls.token,
    get seeded() {
      return controls.seeded();
    },
    async seed(given) {
      return controls.seed(await readSeedOption(given));
    },
    async snapshot() {
      return controls.state.snapshot();
    },
    async restore(snapshot) {
      controls.state.restore(snapshot);
    },
    async reset() {
      controls.state.reset();
    },
    on: controls.listeners.on,
    once: controls.listeners.once,
    fetch: (request) => answerFetch(handle, request),
    managedIdentity: identityHosts.open,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
  const { dataDirectory, certificateDirectory = dataDirectory } = options;
  if (dataDirectory !== undefined && certificateDirectory !== undefined) {
    try {
      withdraw = announceRunning(resolve(dataDirectory), resolve(certificateDirectory), context.issuers[2], platform);
    } catch (error) {
      await interception?.close();
      await listener.close();
      throw error;
    }
  }
  return platform;
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
