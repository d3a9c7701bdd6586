import type { NetworkTiming } from "./authenticationResult.ts";
import { type Authority, type AuthorityOptions, parseAuthority } from "./authority/authority.ts";
import type { Endpoints } from "./authority/endpoints.ts";
import type { Credential } from "./credentials/credential.ts";
import { ConfigurationError } from "./errors.ts";
import type { ApplicationOptions } from "./options.ts";
import { systemClock } from "./runtime/clock.ts";
import { type Logger, silentLogger } from "./runtime/logger.ts";
import { type Random, systemRandom } from "./runtime/random.ts";
import { createSingleFlight, type SingleFlight } from "./singleFlight.ts";
import { type AccessToken, type AccessTokenCache, createAccessTokenCache } from "./tokenCache/accessTokenCache.ts";
import { partitionKey } from "./tokenCache/partitionKey.ts";
import { createUserTokenCache, type Profile, type UserTokenCache } from "./tokenCache/userTokenCache.ts";
import type { HttpClient } from "./transport/http.ts";
import { transport } from "./transport/runtimeTransport.ts";
import { createThrottle, type Throttle } from "./transport/throttling.ts";

/** A token as its flight brings it, for all who wait. */
export interface FetchedToken extends AccessToken {
  readonly timing: NetworkTiming;
  /** The person whom it is for. */
  readonly profile: Profile | undefined;
}

/** What the cache has done so far, in calls; a call that passes it over is not counted. */
export interface Counters {
  hits: number;
  misses: number;
  /** Tokens that were asked for ahead of their expiry, and how often none came. */
  refreshesStarted: number;
  refreshesFailed: number;
}

/** What an application object holds and its flows work on. */
export interface ClientContext {
  readonly clientId: string;
  readonly authority: Authority;
  readonly authorityOptions: AuthorityOptions;
  /** `undefined` for a public client. */
  readonly credential: Credential | undefined;
  readonly clientCapabilities: readonly string[];
  readonly http: HttpClient;
  readonly random: Random;
  readonly throttle: Throttle;
  /** What the cache has done so far. */
  readonly counters: Counters;
  /** Tells the runtime of work that goes on after the answer. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
  /** Whether tokens serve beyond their expiry in an outage, as far as the service granted it. */
  readonly extendedTokenLifetime: boolean;
  readonly logger: Logger;
  readonly appTokens: AccessTokenCache;
  readonly userTokens: UserTokenCache;
  /** Where app tokens for the application's own authority are, when the call asks for nothing special. */
  readonly ownPartition: string;
  readonly flights: SingleFlight<FetchedToken>;
  /** Endpoints that had to be asked for, by authority address. */
  readonly endpoints: Map<string, Endpoints>;
  /** The asking: shared, and apart from the token requests, which may be given up one by one. */
  readonly discoveries: SingleFlight<Endpoints>;
  /** How far the service's clock is ahead of ours, once it has told. */
  readonly serviceClock: { aheadMs: number };
  /** The ids of tenants that were named by a domain, as sign-ins have shown them. */
  readonly tenantIds: Map<string, string>;
}

/** Makes what an application holds; throws {@link ConfigurationError} when an option cannot be right. */
export function createClientContext(options: ApplicationOptions, credential: Credential | undefined): ClientContext {
  requireOptions(options);
  const authority = parseAuthority(options);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const maxCachedTokens = options.maxCachedTokens ?? 100_000;
  const { clientId, requestTimeoutMs = 30_000 } = options;
  const longestFlightMs = 4 * requestTimeoutMs;
  return {
    clientId,
    authority,
    authorityOptions: {
      knownAuthorities: options.knownAuthorities,
      allowInsecureLoopback: options.allowInsecureLoopback,
    },
    credential,
    clientCapabilities: options.clientCapabilities ?? [],
    http: {
      fetch: options.fetch ?? transport,
      clock,
      random,
      requestTimeoutMs,
      maxRetries: options.maxRetries ?? 2,
    },
    random,
    throttle: options.throttling === false ? (_, work) => work() : createThrottle(clock),
    counters: { hits: 0, misses: 0, refreshesStarted: 0, refreshesFailed: 0 },
    waitUntil: options.waitUntil,
    extendedTokenLifetime: options.extendedTokenLifetime ?? false,
    logger: options.logger ?? silentLogger,
    appTokens: createAccessTokenCache(maxCachedTokens, clock.now(), random),
    userTokens: createUserTokenCache(createAccessTokenCache(maxCachedTokens, clock.now(), random), maxCachedTokens),
    ownPartition: partitionKey(clientId, authority, authority.tenant, { kind: "app" }),
    flights: createSingleFlight(clock, random, longestFlightMs),
    endpoints: new Map(),
    discoveries: createSingleFlight(clock, random, longestFlightMs),
    serviceClock: { aheadMs: 0 },
    tenantIds: new Map(),
  };
}

const leastNumbers = { maxCachedTokens: 1, requestTimeoutMs: 1, maxRetries: 0 };

function requireOptions(options: ApplicationOptions): void {
  if (typeof options.clientId !== "string" || options.clientId.trim() === "") {
    throw new ConfigurationError(`clientId is ${JSON.stringify(options.clientId)}.`, {
      code: "invalid_options",
      remedy: "Set clientId to the application (client) id that the registration shows.",
    });
  }
  for (const [name, least] of Object.entries(leastNumbers)) {
    const value = options[name as keyof typeof leastNumbers];
    if (value === undefined || (Number.isFinite(value) && value >= least)) continue;
    throw new ConfigurationError(`${name} is ${value}.`, {
      code: "invalid_options",
      remedy: `Set ${name} to a number of at least ${least}, or leave it out.`,
    });
  }
}
