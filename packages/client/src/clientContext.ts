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
import { type Counters, createCounters } from "./tokenCache/counters.ts";
import { partitionKey } from "./tokenCache/partitionKey.ts";
import { createUserTokenCache, type Profile, type UserTokenCache } from "./tokenCache/userTokenCache.ts";
import type { HttpClient } from "./transport/http.ts";
import { transport } from "./transport/runtimeTransport.ts";

/** A token as its flight brings it, for all who wait. */
export interface FetchedToken extends AccessToken {
  readonly timing: NetworkTiming;
  /** The person whom it is for. */
  readonly profile: Profile | undefined;
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
  readonly logger: Logger;
  readonly appTokens: AccessTokenCache;
  readonly userTokens: UserTokenCache;
  readonly counters: Counters;
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
  const { clientId } = options;
  return {
    clientId,
    authority,
    authorityOptions: {
      knownAuthorities: options.knownAuthorities,
      allowInsecureLoopback: options.allowInsecureLoopback,
    },
    credential,
    clientCapabilities: options.clientCapabilities ?? [],
    http: { fetch: options.fetch ?? transport, clock, requestTimeoutMs: options.requestTimeoutMs ?? 30_000 },
    random,
    logger: options.logger ?? silentLogger,
    appTokens: createAccessTokenCache(maxCachedTokens),
    userTokens: createUserTokenCache(createAccessTokenCache(maxCachedTokens), maxCachedTokens),
    counters: createCounters(),
    ownPartition: partitionKey(clientId, authority, authority.tenant, { kind: "app" }),
    flights: createSingleFlight(clock, random),
    endpoints: new Map(),
    discoveries: createSingleFlight(clock, random),
    serviceClock: { aheadMs: 0 },
    tenantIds: new Map(),
  };
}

function requireOptions(options: ApplicationOptions): void {
  if (typeof options.clientId !== "string" || options.clientId.trim() === "") {
    throw new ConfigurationError(`clientId is ${JSON.stringify(options.clientId)}.`, {
      code: "invalid_options",
      remedy: "Set clientId to the application (client) id that the registration shows.",
    });
  }
  for (const name of ["maxCachedTokens", "requestTimeoutMs"] as const) {
    const value = options[name];
    if (value === undefined || (Number.isFinite(value) && value >= 1)) continue;
    throw new ConfigurationError(`${name} is ${value}.`, {
      code: "invalid_options",
      remedy: `Set ${name} to a number of at least 1, or leave it out.`,
    });
  }
}
