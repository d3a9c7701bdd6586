import type { MovableClock } from "../core/clock.ts";
import type { EventLog } from "../core/events.ts";
import type { LoadedSeed } from "../seed/loadSeed.ts";
import type { Seeded } from "../seed/seed.ts";
import type { SigningKeys } from "../signing/signingKeys.ts";
import type { FaultList } from "./injectedFaults/faultList.ts";
import type { Listeners } from "./listeners.ts";
import type { State } from "./state.ts";

/** What a test controls while the platform runs. The service's own routes know nothing about it. */
export interface Controls {
  /** The token that a program needs to use the control API. */
  readonly token: string;
  readonly clock: MovableClock;
  readonly faults: FaultList;
  readonly listeners: Listeners;
  readonly events: EventLog;
  readonly keys: SigningKeys;
  readonly state: State;
  /** What the initial seed created. */
  seeded(): Seeded;
  seed(seed: LoadedSeed): Seeded;
  /** Aborted when the platform stops. */
  readonly stopping: AbortSignal;
  stop(): void;
}
