import { join, resolve } from "node:path";
import { managedIdentityHosts } from "./azure/managedIdentity/managedIdentityHosts.ts";
import type { Directory } from "./directory/directory.ts";
import { platformDirectory } from "./directory/platformDirectory.ts";
import { administratorId } from "./directory/provisioning/seedDirectory.ts";
import { initialDomain, type Tenant } from "./directory/tenants/tenants.ts";
import { seededPassword } from "./directory/users/userPasswords.ts";
import { getUser } from "./directory/users/users.ts";
import { answerFetch } from "./http/fetch.ts";
import { listen } from "./http/sockets/listen.ts";
import { authorityDirectory, checkOptions, type PlatformOptions } from "./options.ts";
import { openState, type PlatformState, readSeedOption } from "./server/openState.ts";
import type { Platform, PlatformTenant } from "./server/platform.ts";
import { openRooms } from "./server/rooms.ts";
import { announceRunning } from "./server/runningFile.ts";
import { type RunningServer, startListening } from "./server/startListening.ts";
import { authorityCertificateFileName } from "./tls/devCertificate.ts";

/**
 * Starts a Microsoft identity platform on this machine: a token service, a directory with one tenant, and Microsoft
 * Graph, over https on loopback. In memory unless a data directory is given. Rejects if the port is taken, if the data
 * directory was written by a newer release, or if an option is invalid.
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

/** Starts a platform that listens by another function. Benchmarks use it for a platform without TLS. */
export async function startPlatformOn(open: typeof listen, options: PlatformOptions): Promise<Platform> {
  checkOptions(options);
  const state = await openState(options);
  try {
    const server = await startListening(open, options, state, openRooms);
    return await publicPlatform(options, state, server);
  } catch (error) {
    state.database.close();
    throw error;
  }
}

async function publicPlatform(
  options: PlatformOptions,
  { database, tenant, keys, clock, directory, events, controls }: PlatformState,
  { context, handle, certificate, caCertificate, interception, close }: RunningServer,
): Promise<Platform> {
  const { url } = context;
  const identityHosts = managedIdentityHosts({ context, controls, tenant }, certificate, interception);
  let stopped: Promise<void> | undefined;
  let removeRunningFile: (() => void) | undefined;

  async function stop(): Promise<void> {
    removeRunningFile?.();
    // Responses that a fault delays would wait for a clock that no test moves any more.
    controls.stop();
    await identityHosts.close();
    await close();
    // A key that is still being generated would be written into a directory that the caller may have removed by then.
    await keys.published().catch(() => undefined);
    database.close();
  }

  const platform: Platform = {
    url,
    caCertificate,
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
    async seed(seed) {
      return controls.seed(await readSeedOption(seed));
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
    const directories = { data: resolve(dataDirectory), certificate: resolve(certificateDirectory) };
    try {
      removeRunningFile = announceRunning(directories.data, directories.certificate, context.issuers[2], platform);
    } catch (error) {
      await close();
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

/** No `NODE_EXTRA_CA_CERTS` without a directory: it must name a file. */
function environmentOf(directory: string | undefined, url: string, tenant: Tenant): Record<string, string> {
  const authority = { AZURE_AUTHORITY_HOST: url, AZURE_TENANT_ID: tenant.id };
  return directory === undefined
    ? authority
    : { ...authority, NODE_EXTRA_CA_CERTS: join(directory, authorityCertificateFileName) };
}
