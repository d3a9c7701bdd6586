import { AuthError, errorName, ServerError } from "../errors/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import { randomFraction, randomUuid } from "../runtime/random.ts";
import type { AccessTokenCache } from "../tokenCache/accessTokens/accessTokenCache.ts";
import type { CachedAccessToken } from "../tokenCache/accessTokens/accessTokenEntry.ts";
import type { Counters } from "../tokenCache/counters.ts";
import type { HttpClient } from "../transport/http.ts";
import type { ServiceClock } from "../transport/serviceClock.ts";

/** What a refresh needs from the application. */
export interface RefreshContext {
  readonly http: HttpClient;
  readonly counters: Counters;
  readonly logger: Logger | undefined;
  readonly serviceClock: ServiceClock;
  /** Reports work that continues after the response to the runtime. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/** The pause between attempts is a tenth of the remaining lifetime, within these limits. */
const [shortestPauseMs, longestPauseMs] = [30_000, 300_000];

/**
 * Refreshes a token in the background while it remains in use. Failures are logged and counted. The next attempt is
 * postponed at once, so that cache hits in between cost no more than usual.
 */
export function refreshAhead(
  client: RefreshContext,
  cache: AccessTokenCache,
  token: CachedAccessToken,
  renew: () => Promise<unknown>,
): void {
  const { counters, http, logger, serviceClock, waitUntil } = client;
  const nowMs = serviceClock.now();
  const leftMs = token.expiresAtMs - nowMs;
  const pauseMs = Math.min(Math.max(leftMs / 10, shortestPauseMs), longestPauseMs);
  cache.postpone(token, nowMs + pauseMs * (1 - randomFraction(http.random) / 2));
  counters.refreshesStarted++;
  const work = renew().catch((error: unknown) => {
    counters.refreshesFailed++;
    const waitMs = (error instanceof ServerError && error.retryAfterMs) || 0;
    if (waitMs > pauseMs) {
      cache.postpone(token, serviceClock.now() + waitMs);
    }
    logger?.warn(
      describeFailure(client, error, token.correlationId),
      "background token refresh failed; the cached token remains in use",
    );
  });
  try {
    waitUntil?.(work);
  } catch (error) {
    logger?.warn(
      describeFailure(client, error, token.correlationId),
      "waitUntil did not accept the background refresh",
    );
  }
}

/**
 * What a log may contain about a failure: messages of foreign errors may hold secrets. A failure without a correlation
 * id is logged under that of the cached token, which another library may have stored without one.
 */
export function describeFailure({ http }: RefreshContext, error: unknown, servedId: string): object {
  const otherId = servedId || randomUuid(http.random);
  if (error instanceof AuthError) {
    const { code, aadsts, correlationId = otherId, message } = error;
    return { code, aadsts, correlationId, reason: message };
  }
  return { correlationId: otherId, reason: errorName(error) };
}
