import type { MovableClock } from "../core/clock.ts";
import type { EventLog } from "../core/events.ts";
import type { LoadedSeed } from "../seed/loadSeed.ts";
import type { Seeded } from "../seed/seed.ts";
import type { SigningKeys } from "../signing/signingKeys.ts";
import type { FaultList } from "./injectedFaults/faultList.ts";
import type { Listeners } from "./listeners.ts";
import type { State } from "./state.ts";

/** What a test moves while the platform runs. The routes of the real service know nothing of it. */
export interface Controls {
  /** What a program must know to use the control API. */
  readonly token: string;
  readonly clock: MovableClock;
  readonly faults: FaultList;
  readonly listeners: Listeners;
  readonly events: EventLog;
  readonly keys: SigningKeys;
  readonly state: State;
  /** What the seed given at the start has led to. */
  seeded(): Seeded;
  seed(seed: LoadedSeed): Seeded;
  /** Aborted when the platform stops. */
  readonly stopping: AbortSignal;
  stop(): void;
}
