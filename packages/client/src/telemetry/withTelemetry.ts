import type { AuthenticationResult } from "../api/authenticationResult.ts";
import type { RefreshReason, Telemetry } from "../api/telemetry.ts";
import type { Authority } from "../authority/authority.ts";

/** What reporting acquisitions needs from the application. */
export interface WatchContext {
  /** Observes its acquisitions. */
  readonly telemetry: Telemetry | undefined;
  readonly clientId: string;
  readonly authority: Authority;
}

/** Runs the work of an acquisition under the application's telemetry, if there is one. */
export function withTelemetry<T extends AuthenticationResult>(
  { telemetry, clientId, authority: { host } }: WatchContext,
  flow: string,
  work: () => Promise<T>,
  reason?: RefreshReason,
): Promise<T> {
  return telemetry ? telemetry.watchAcquisition({ clientId, host, flow, reason }, work) : work();
}
