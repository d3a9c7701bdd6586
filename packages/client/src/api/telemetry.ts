import type { AuthenticationResult } from "./authenticationResult.ts";
import type { TokenCacheStatistics } from "./tokenCache.ts";

/**
 * Observes applications, for metrics and traces; one object can observe several. `openTelemetry` of
 * `@latchkey/client/opentelemetry` creates one. It never receives a secret, token or assertion.
 */
export interface Telemetry {
  /**
   * Called with an application's counters when the application is created; they keep counting, and may be read at any
   * time.
   */
  watchCounts(clientId: string, counts: TelemetryCounts): void;
  /** Runs the work of an acquisition and returns its result. An acquisition served from the cache is only counted. */
  watchAcquisition<T extends AuthenticationResult>(acquisition: WatchedAcquisition, work: () => Promise<T>): Promise<T>;
}

/** What an application counts from its start; see {@link TokenCacheStatistics}. */
export type TelemetryCounts = Readonly<
  Pick<TokenCacheStatistics, "hits" | "misses" | "refreshesStarted" | "refreshesFailed" | "pluginFailures">
>;

/** An acquisition that is not served from the cache. */
export interface WatchedAcquisition {
  readonly clientId: string;
  /** The host of the application's authority. */
  readonly host: string;
  /** `client_credentials`, `silent`, `authorization_code`, `device_code`, `on_behalf_of`, …, or the name of another grant. */
  readonly flow: string;
  /** Why no cached token was returned; `undefined` if the cache is not used, as in a sign-in. */
  readonly reason: RefreshReason | undefined;
}

/**
 * `forced`: by `forceRefresh`; `claims`: by a claims challenge; `absent`: no token was cached; `expired`: the cached
 * one had expired; `ageing`: it was still valid, and a newer one was acquired in the background.
 */
export type RefreshReason = "forced" | "claims" | "absent" | "expired" | "ageing";
