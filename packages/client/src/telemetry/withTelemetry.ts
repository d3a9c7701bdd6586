import type { AuthenticationResult } from "../api/authenticationResult.ts";
import type { RefreshReason, Telemetry } from "../api/telemetry.ts";
import type { Authority } from "../authority/authority.ts";

/** What tells of an application at work. */
export interface WatchContext {
  /** What watches its acquisitions. */
  readonly telemetry: Telemetry | undefined;
  readonly clientId: string;
  readonly authority: Authority;
}

/** Does the work of an acquisition before the eyes of the application's telemetry, where it has one. */
export function withTelemetry<T extends AuthenticationResult>(
  { telemetry, clientId, authority: { host } }: WatchContext,
  flow: string,
  work: () => Promise<T>,
  reason?: RefreshReason,
): Promise<T> {
  return telemetry ? telemetry.watchAcquisition({ clientId, host, flow, reason }, work) : work();
}
