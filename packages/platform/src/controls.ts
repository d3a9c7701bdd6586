import type { MovableClock } from "./clock.ts";
import type { FaultList } from "./faults.ts";
import type { Listeners } from "./listeners.ts";

/** What a test moves while the platform runs. The routes of the real service know nothing of it. */
export interface Controls {
  readonly clock: MovableClock;
  readonly faults: FaultList;
  readonly listeners: Listeners;
  /** Aborted when the platform stops. */
  readonly stopping: AbortSignal;
}
