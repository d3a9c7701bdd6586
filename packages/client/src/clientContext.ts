import { requireNumbers } from "./api/checks/optionTypes.ts";
import { readPasted } from "./api/checks/pastedText.ts";
import type { Credential } from "./api/credential.ts";
import type { ApplicationOptions, ConfidentialClientApplicationOptions } from "./api/options.ts";
import type { TokenCache } from "./api/tokenCache.ts";
import { type Authority, guid, multiTenant, parseAuthority } from "./authority/authority.ts";
import { cloudOf } from "./authority/clouds.ts";
import { type Discovery, endpointsOf } from "./authority/discovery.ts";
import { requireRegion } from "./authority/region.ts";
import { ConfigurationError } from "./errors/errors.ts";
import type { CodeContext } from "./flows/authorizationCode.ts";
import type { AppTokenContext } from "./flows/clientCredentials.ts";
import type { OnBehalfOfContext } from "./flows/onBehalfOf.ts";
import type { SilentContext } from "./flows/silent.ts";
import { systemClock } from "./runtime/clock.ts";
import { silentLogger } from "./runtime/logger.ts";
import { guessableRandom, randomUuid, systemRandom } from "./runtime/random.ts";
import { createCacheState } from "./tokenCache/cacheState.ts";
import { createCounters } from "./tokenCache/counters.ts";
import { partitionKey } from "./tokenCache/partitionKey.ts";
import type { CacheIdentity } from "./tokenCache/serialization/cacheIdentity.ts";
import { createCacheAccess } from "./tokenCache/store/cacheAccess.ts";
import { withoutStore } from "./tokenCache/store/storeAccess.ts";
import { createTokenCache } from "./tokenCache/tokenCache.ts";
import { createThrottle } from "./transport/retrying/throttling.ts";
import { transport } from "./transport/runtimeFetch/runtimeFetch.ts";
import { createServiceClock } from "./transport/serviceClock.ts";
import { createSingleFlight } from "./transport/singleFlight.ts";

/** Everything an application object holds; each room uses the part that its own context declares. */
export interface ClientContext extends AppTokenContext, CodeContext, SilentContext, OnBehalfOfContext {
  /** The public interface of the cache. */
  readonly tokenCache: TokenCache;
}

/** Creates an application's context; throws {@link ConfigurationError} when an option is invalid. */
export function createClientContext(
  options: ApplicationOptions & Pick<ConfidentialClientApplicationOptions, "azureRegion">,
  credential: Credential | undefined,
): ClientContext {
  requireNumbers(options);
  const authority = parseAuthority(options);
  const clientId = readClientId(options.clientId, authority);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const looseRandom = options.random ?? guessableRandom;
  const maxCachedTokens = options.maxCachedTokens ?? 100_000;
  const { requestTimeoutMs = 30_000 } = options;
  const longestFlightMs = 4 * requestTimeoutMs;
  const { logger, azureRegion } = options;
  requireRegion(azureRegion, authority);
  const http = {
    fetch: options.fetch ?? transport,
    clock,
    random: looseRandom,
    requestTimeoutMs,
    maxRetries: options.maxRetries ?? 2,
  };
  const tenantIds = new Map<string, string>();
  const { knownAuthorities, allowInsecureLoopback } = options;
  const discovery: Discovery = {
    http,
    options: { knownAuthorities, allowInsecureLoopback },
    known: new Map(),
    flights: createSingleFlight(clock, looseRandom, longestFlightMs),
    cloud: undefined,
  };
  const identity = cacheIdentity(clientId, authority, tenantIds, discovery, options.extendedTokenLifetime ?? false);
  const serviceClock = createServiceClock(clock, () => {
    cache.userTokens.clearAccessTokens();
    cache.callerSessions.accessTokens.clear();
    cache.appTokens.clear();
  });
  const cache = createCacheState(identity, maxCachedTokens, logger ?? silentLogger, looseRandom);
  const counters = createCounters();
  options.telemetry?.watchCounts(clientId, counters);
  const isReady = authority.confirmHost ? afterDiscovery(discovery, authority) : undefined;
  const { cachePlugin } = options;
  const store = cachePlugin && createCacheAccess(cachePlugin, cache, http, counters, logger, serviceClock, isReady);
  return {
    clientId,
    authority,
    discovery,
    azureRegion,
    credential,
    clientCapabilities: options.clientCapabilities ?? [],
    http,
    random,
    throttle: options.throttling === false ? (_, work) => work() : createThrottle(clock),
    waitUntil: options.waitUntil,
    extendedTokenLifetime: identity.extendedTokenLifetime,
    logger,
    telemetry: options.telemetry,
    appTokens: cache.appTokens,
    userTokens: cache.userTokens,
    callerSessions: cache.callerSessions,
    longRunningSessions: cache.longRunningSessions,
    renewals: cache.renewals,
    counters,
    store,
    changes: cache.changes,
    tokenCache: createTokenCache(cache, counters, serviceClock, store ?? withoutStore),
    ownPartition: partitionKey(clientId, authority, authority.tenant, { kind: "app" }),
    flights: createSingleFlight(clock, looseRandom, longestFlightMs),
    serviceClock,
    tenantIds,
  };
}

/**
 * Delays access to the store of an application in an unknown cloud until Microsoft has been asked, once, for the host's
 * aliases, since entries may be under any of them. If that fails, the first token request reports it.
 */
function afterDiscovery(discovery: Discovery, authority: Authority): () => Promise<unknown> {
  let pending: Promise<unknown> | undefined;
  const discover = async (): Promise<unknown> =>
    endpointsOf(discovery, authority, { correlationId: randomUuid(discovery.http.random) });
  return () => {
    pending ??= discover().catch(() => undefined);
    return pending;
  };
}

function cacheIdentity(
  clientId: string,
  authority: Authority,
  tenantIds: Map<string, string>,
  discovery: Discovery,
  extendedTokenLifetime: boolean,
): CacheIdentity {
  return {
    clientId,
    authority,
    extendedTokenLifetime,
    isMultiTenant: authority.kind === "entra" && multiTenant.has(authority.tenant ?? ""),
    environmentOf: (host) =>
      (discovery.cloud?.aliases.includes(host) ? authority.environment : cloudOf(host)?.cache) ?? host,
    fold: authority.kind === "generic" || authority.kind === "adfs" ? (id) => id : (id) => id.toLowerCase(),
    cacheHost: () => discovery.cloud?.cache ?? authority.environment,
    networkHost: () => (discovery.cloud ?? cloudOf(authority.environment))?.network ?? authority.environment,
    tenantIds,
  };
}

/** The id as the registration shows it: blanks, quotes or braces around a GUID are ignored. */
function readClientId(given: string, { kind }: Authority): string {
  const bare = String(given).replace(/[^\p{L}\p{N}-]/gu, "");
  const details = {
    code: "invalid_options",
    remedy: "Set clientId to the application (client) id that the registration shows.",
  } as const;
  const clientId = readPasted("clientId", kind !== "generic" && guid.test(bare) ? bare : given, kind, details);
  if (kind === "generic" || kind === "adfs" || guid.test(clientId)) {
    return clientId;
  }
  // The value is not shown: addresses and errors contain the client id, and the secret may be in its place.
  throw new ConfigurationError("clientId is not a GUID.", {
    ...details,
    remedy: `${details.remedy.slice(0, -1)}, a GUID; if clientId and the secret are swapped, swap them back.`,
  });
}
