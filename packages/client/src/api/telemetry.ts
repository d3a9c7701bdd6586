import type { AuthenticationResult } from "./authenticationResult.ts";
import type { TokenCacheStatistics } from "./tokenCache.ts";

/**
 * What watches applications at work, for metrics and traces: one object may watch many. `openTelemetry` of
 * `@latchkey/client/opentelemetry` makes one. No secret, token or assertion ever reaches it.
 */
export interface Telemetry {
  /** Is given an application's counts when it is made; they go on, and are read whenever they are wanted. */
  watchCounts(clientId: string, counts: TelemetryCounts): void;
  /** Does the work of an acquisition, and gives what that gives; one that a cached token answers is only counted. */
  watchAcquisition<T extends AuthenticationResult>(acquisition: WatchedAcquisition, work: () => Promise<T>): Promise<T>;
}

/** What an application counts from its start on; as in {@link TokenCacheStatistics}. */
export type TelemetryCounts = Readonly<
  Pick<TokenCacheStatistics, "hits" | "misses" | "refreshesStarted" | "refreshesFailed" | "pluginFailures">
>;

/** An acquisition that goes beyond the cache. */
export interface WatchedAcquisition {
  readonly clientId: string;
  /** The host of the application's authority. */
  readonly host: string;
  /** `client_credentials`, `silent`, `authorization_code`, `device_code`, `on_behalf_of`, …, or the name of another grant. */
  readonly flow: string;
  /** Why the cache did not answer; `undefined` where none is asked, as in a sign-in. */
  readonly reason: RefreshReason | undefined;
}

/**
 * `forced`: by `forceRefresh`; `claims`: by a claims challenge; `absent`: no token was cached; `expired`: it was too old;
 * `ageing`: it served still, and a newer one was got in the background.
 */
export type RefreshReason = "forced" | "claims" | "absent" | "expired" | "ageing";
