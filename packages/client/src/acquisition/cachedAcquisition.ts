import { type AuthenticationResult, createResult, type SignedInUser } from "../api/authenticationResult.ts";
import type { CachedRequestOptions, RequestOptions } from "../api/options.ts";
import type { RefreshReason } from "../api/telemetry.ts";
import type { Authority } from "../authority/authority.ts";
import { isAuthError } from "../errors/errors.ts";
import { type WatchContext, withTelemetry } from "../telemetry/withTelemetry.ts";
import type { AccessTokenCache, LookupMemo } from "../tokenCache/accessTokens/accessTokenCache.ts";
import type { CachedAccessToken } from "../tokenCache/accessTokens/accessTokenEntry.ts";
import { countLookup } from "../tokenCache/counters.ts";
import { isProgramError } from "../transport/programError.ts";
import { describeFailure, type RefreshContext, refreshAhead } from "./backgroundRefresh.ts";

/** What an acquisition that checks the cache first needs from the application. */
export interface CachedAcquisitionContext extends RefreshContext, WatchContext {}

/** Where to look for a token, and when to get a new one. */
export interface CachedAcquisition {
  /** The name of the flow in metrics and traces. */
  readonly flow: string;
  readonly cache: AccessTokenCache;
  readonly partition: string;
  readonly scopes: readonly string[];
  readonly authority: Authority;
  readonly user?: SignedInUser | undefined;
  readonly memo?: LookupMemo | undefined;
  /** Whether a new token can be acquired without the caller. Default: yes. */
  isRenewable?(): boolean;
  /** Whether the cache entry has come to belong to another user since the call began. */
  hasChangedOwner?(): boolean;
}

/** Acquires a new token and caches it. */
export type Renew = (options: RequestOptions) => Promise<AuthenticationResult>;

/** Acquires a new token; during an outage, returns the cached one until it really expires. */
export function renewOrServe(
  client: CachedAcquisitionContext,
  acquisition: CachedAcquisition,
  options: CachedRequestOptions,
  renew: Renew,
): Promise<AuthenticationResult> {
  const { flow, cache, partition, scopes } = acquisition;
  // At time 0 no token has expired, so this finds any that is cached.
  const reason = forcedBy(options) ?? (cache.find(partition, scopes, 0) ? "expired" : "absent");
  return withTelemetry(client, flow, () => tryToRenew(client, acquisition, options, renew), reason);
}

function tryToRenew(
  client: CachedAcquisitionContext,
  acquisition: CachedAcquisition,
  options: CachedRequestOptions,
  renew: Renew,
): Promise<AuthenticationResult> {
  return renew(options).catch((error: unknown) => {
    if (skipsCache(options) || options.signal?.aborted || !isOutage(error) || acquisition.hasChangedOwner?.()) {
      throw error;
    }
    const { cache, partition, scopes } = acquisition;
    const token = cache.findInOutage(partition, scopes, client.serviceClock.nowForTokens());
    if (token === undefined) {
      throw error;
    }
    const result = resultOf(client, acquisition, token, options);
    client.logger?.warn(
      describeFailure(client, error, result.correlationId),
      "no new token could be acquired; the cached one is used until it expires",
    );
    return result;
  });
}

/** The cached token, or `undefined`. Starts a background refresh when one is due. */
export function findCached(
  client: CachedAcquisitionContext,
  acquisition: CachedAcquisition,
  options: RequestOptions,
  renew: Renew,
): AuthenticationResult | undefined {
  const { flow, cache, partition, scopes, memo } = acquisition;
  const nowMs = client.serviceClock.nowForTokens();
  const token = countLookup(client.counters, cache.find(partition, scopes, nowMs, memo));
  if (token === undefined) {
    return undefined;
  }
  const result = resultOf(client, acquisition, token, options);
  if (token.dueAtMs <= nowMs) {
    // A background refresh has its own timeout and correlation id.
    const own = { ...options, signal: undefined, timeoutMs: undefined, correlationId: undefined, isDetached: true };
    if (acquisition.isRenewable?.() === false) {
      cache.postpone(token, Number.POSITIVE_INFINITY);
    } else {
      refreshAhead(client, cache, token, () => withTelemetry(client, flow, () => renew(own), "ageing"));
    }
  }
  return result;
}

/** Whether a call requires a new token even if one is cached. */
export function skipsCache(options: CachedRequestOptions): boolean {
  return options.forceRefresh === true || options.claims !== undefined;
}

/** Why a call requires a new token even if one is cached; `undefined` if it does not. */
export function forcedBy({ claims, forceRefresh }: CachedRequestOptions): RefreshReason | undefined {
  if (claims !== undefined) {
    return "claims";
  }
  return forceRefresh === true ? "forced" : undefined;
}

function resultOf(
  { serviceClock }: CachedAcquisitionContext,
  { authority, user }: CachedAcquisition,
  token: CachedAccessToken,
  { correlationId }: RequestOptions,
): AuthenticationResult {
  return createResult(token, authority, correlationId ?? token.correlationId, serviceClock.aheadMs, user);
}

/**
 * Whether a failure is unrelated to the request: no response, a temporary failure, or a credential source that is down.
 */
function isOutage(error: unknown): boolean {
  return isAuthError(error) ? error.name === "NetworkError" || error.retryable : !isProgramError(error);
}
