import { AuthError, errorName, ServerError } from "../errors/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import { randomFraction, randomUuid } from "../runtime/random.ts";
import type { AccessTokenCache } from "../tokenCache/accessTokens/accessTokenCache.ts";
import type { CachedAccessToken } from "../tokenCache/accessTokens/accessTokenEntry.ts";
import type { Counters } from "../tokenCache/counters.ts";
import type { HttpClient } from "../transport/http.ts";
import type { ServiceClock } from "../transport/serviceClock.ts";

/** What a refresh takes from the application. */
export interface RefreshContext {
  readonly http: HttpClient;
  readonly counters: Counters;
  readonly logger: Logger | undefined;
  readonly serviceClock: ServiceClock;
  /** Tells the runtime of work that goes on after the answer. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/** Between two attempts lies a tenth of the life that is left, but neither less nor more than this. */
const [shortestPauseMs, longestPauseMs] = [30_000, 300_000];

/**
 * Has a newer token got while this one goes on to serve. Nobody waits for it, its failure is logged and counted, and
 * until the next attempt, which is put off at once, the token's hits cost what others do.
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
      "no newer token could be got ahead of time; the cached one serves on",
    );
  });
  try {
    waitUntil?.(work);
  } catch (error) {
    logger?.warn(describeFailure(client, error, token.correlationId), "waitUntil did not take the refresh of a token");
  }
}

/**
 * What a log may say of a failure: the words of errors that are not ours may hold anything. A failure that has no
 * correlation id goes by that of the token that serves instead, which another library may have kept without one.
 */
export function describeFailure({ http }: RefreshContext, error: unknown, servedId: string): object {
  const otherId = servedId || randomUuid(http.random);
  if (error instanceof AuthError) {
    const { code, aadsts, correlationId = otherId, message } = error;
    return { code, aadsts, correlationId, reason: message };
  }
  return { correlationId: otherId, reason: errorName(error) };
}
