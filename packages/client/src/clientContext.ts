import { afterDiscovery } from "./afterDiscovery.ts";
import type { NetworkTiming, Person } from "./api/authenticationResult.ts";
import type { Credential } from "./api/credential.ts";
import type { ApplicationOptions, ConfidentialClientApplicationOptions } from "./api/options.ts";
import { requireNumbers } from "./api/optionTypes.ts";
import { readPasted } from "./api/pastedText.ts";
import type { Telemetry } from "./api/telemetry.ts";
import type { TokenCache } from "./api/tokenCache.ts";
import { type Authority, type AuthorityOptions, guid, multiTenant, parseAuthority } from "./authority/authority.ts";
import { type Cloud, cloudOf } from "./authority/clouds.ts";
import type { Endpoints } from "./authority/endpoints.ts";
import { type Regional, regionalBy } from "./authority/region.ts";
import { ConfigurationError } from "./errors/errors.ts";
import { systemClock } from "./runtime/clock.ts";
import { type Logger, silentLogger } from "./runtime/logger.ts";
import { guessableRandom, type Random, systemRandom } from "./runtime/random.ts";
import type { AccessTokenCache } from "./tokenCache/accessTokens/accessTokenCache.ts";
import type { AccessToken } from "./tokenCache/accessTokens/accessTokenEntry.ts";
import type { CacheChanges } from "./tokenCache/cacheChanges.ts";
import { createCacheState } from "./tokenCache/cacheState.ts";
import { type Counters, createCounters } from "./tokenCache/counters.ts";
import type { OnBehalfOfCache } from "./tokenCache/onBehalfOfCache.ts";
import { partitionKey } from "./tokenCache/partitionKey.ts";
import type { Renewals } from "./tokenCache/renewals.ts";
import type { CacheIdentity } from "./tokenCache/serialization/cacheIdentity.ts";
import { type CacheAccess, createCacheAccess } from "./tokenCache/store/cacheAccess.ts";
import { createTokenCache, withoutStore } from "./tokenCache/tokenCache.ts";
import type { UserTokenCache } from "./tokenCache/userTokenCache.ts";
import type { HttpClient } from "./transport/http.ts";
import { transport } from "./transport/runtimeTransport.ts";
import { createServiceClock, type ServiceClock } from "./transport/serviceClock.ts";
import { createSingleFlight, type SingleFlight } from "./transport/singleFlight.ts";
import { createThrottle, type Throttle } from "./transport/throttling.ts";

/** A token as its flight brings it, for all who wait. */
export interface FetchedToken extends AccessToken {
  readonly timing: NetworkTiming;
  /** What kind of token it is, where an exchange says so. */
  readonly issuedTokenType: string | undefined;
  /** The person whom it is for. */
  readonly person: Person | undefined;
}

interface Learnt {
  cloud: Cloud | undefined;
}

/** What an application object holds and its flows work on. */
export interface ClientContext {
  readonly clientId: string;
  readonly authority: Authority;
  readonly authorityOptions: AuthorityOptions;
  /** Where app tokens are asked for, if not of the authority itself. */
  readonly regional: Regional | undefined;
  /** `undefined` for a public client. */
  readonly credential: Credential | undefined;
  readonly clientCapabilities: readonly string[];
  readonly http: HttpClient;
  readonly random: Random;
  readonly throttle: Throttle;
  /** Tells the runtime of work that goes on after the answer. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
  /** Whether tokens serve beyond their expiry in an outage, as far as the service granted it. */
  readonly extendedTokenLifetime: boolean;
  readonly logger: Logger | undefined;
  /** What watches its acquisitions. */
  readonly telemetry: Telemetry | undefined;
  readonly appTokens: AccessTokenCache;
  readonly userTokens: UserTokenCache;
  /** What was got on behalf of callers: for each of their tokens, and for each long-running session's key. */
  readonly callers: OnBehalfOfCache;
  readonly longRunning: OnBehalfOfCache;
  readonly counters: Counters;
  /** What renews tokens at the moment. */
  readonly renewals: Renewals;
  /** The cache with its plugin's store behind it; `undefined` where there is none. */
  readonly store: CacheAccess | undefined;
  /** Who listens to the cache. */
  readonly changes: CacheChanges;
  /** The face of the cache for the application's users. */
  readonly tokenCache: TokenCache;
  /** Where app tokens for the application's own authority are, when the call asks for nothing special. */
  readonly ownPartition: string;
  readonly flights: SingleFlight<FetchedToken>;
  /** Endpoints that had to be asked for, by authority address. */
  readonly endpoints: Map<string, Endpoints>;
  /** What Microsoft said of the authority's host, once it was asked. */
  readonly learnt: Learnt;
  /** The asking: shared, and apart from the token requests, which may be given up one by one. */
  readonly discoveries: SingleFlight<Endpoints>;
  readonly serviceClock: ServiceClock;
  /** The ids of tenants that were named by a domain, as sign-ins have shown them. */
  readonly tenantIds: Map<string, string>;
}

/** Makes what an application holds; throws {@link ConfigurationError} when an option cannot be right. */
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
  const { logger } = options;
  const http = {
    fetch: options.fetch ?? transport,
    clock,
    random: looseRandom,
    requestTimeoutMs,
    maxRetries: options.maxRetries ?? 2,
  };
  const tenantIds = new Map<string, string>();
  const learnt: Learnt = { cloud: undefined };
  const identity = cacheIdentity(clientId, authority, tenantIds, learnt, options.extendedTokenLifetime ?? false);
  const serviceClock = createServiceClock(clock, () => {
    cache.userTokens.clearAccessTokens();
    cache.callers.accessTokens.clear();
    cache.appTokens.clear();
  });
  const cache = createCacheState(identity, maxCachedTokens, logger ?? silentLogger, looseRandom);
  const counters = createCounters();
  options.telemetry?.watchCounts(clientId, counters);
  const isReady = authority.confirmHost ? afterDiscovery(() => client) : undefined;
  const { cachePlugin } = options;
  const store = cachePlugin && createCacheAccess(cachePlugin, cache, http, counters, logger, serviceClock, isReady);
  const client: ClientContext = {
    clientId,
    authority,
    authorityOptions: {
      knownAuthorities: options.knownAuthorities,
      allowInsecureLoopback: options.allowInsecureLoopback,
    },
    regional: regionalBy(options.azureRegion, authority, http, logger),
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
    callers: cache.callers,
    longRunning: cache.longRunning,
    renewals: cache.renewals,
    counters,
    store,
    changes: cache.changes,
    tokenCache: createTokenCache(cache, counters, serviceClock, store ?? withoutStore),
    ownPartition: partitionKey(clientId, authority, authority.tenant, { kind: "app" }),
    flights: createSingleFlight(clock, looseRandom, longestFlightMs),
    endpoints: new Map(),
    learnt,
    discoveries: createSingleFlight(clock, looseRandom, longestFlightMs),
    serviceClock,
    tenantIds,
  };
  return client;
}

function cacheIdentity(
  clientId: string,
  authority: Authority,
  tenantIds: Map<string, string>,
  learnt: Learnt,
  extendedTokenLifetime: boolean,
): CacheIdentity {
  return {
    clientId,
    authority,
    extendedTokenLifetime,
    isMultiTenant: authority.kind === "entra" && multiTenant.has(authority.tenant ?? ""),
    environmentOf: (host) =>
      (learnt.cloud?.aliases.includes(host) ? authority.environment : cloudOf(host)?.cache) ?? host,
    fold: authority.kind === "generic" || authority.kind === "adfs" ? (id) => id : (id) => id.toLowerCase(),
    cacheHost: () => learnt.cloud?.cache ?? authority.environment,
    networkHost: () => (learnt.cloud ?? cloudOf(authority.environment))?.network ?? authority.environment,
    tenantIds,
  };
}

/** The id as the registration shows it: a GUID with blanks, quotes or braces around it is that GUID. */
function readClientId(given: string, { kind }: Authority): string {
  const bare = String(given).replace(/[^\p{L}\p{N}-]/gu, "");
  const details = {
    code: "invalid_options",
    remedy: "Set clientId to the application (client) id that the registration shows.",
  } as const;
  const clientId = readPasted("clientId", kind !== "generic" && guid.test(bare) ? bare : given, kind, details);
  if (kind === "generic" || kind === "adfs" || guid.test(clientId)) return clientId;
  // It would be shown, in addresses and errors, and in its place there may be the secret.
  throw new ConfigurationError("clientId is no GUID.", {
    ...details,
    remedy: `${details.remedy.slice(0, -1)}, a GUID; where clientId and the secret are swapped, put each into its place.`,
  });
}
