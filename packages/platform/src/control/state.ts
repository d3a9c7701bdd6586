import type { EventLog } from "../core/events.ts";
import type { Restorable } from "../core/restorable.ts";
import type { Listeners } from "./listeners.ts";

/** What a platform was like at one moment. Opaque: secrets' hashes are in it, so nothing of it can be seen or stored. */
export interface PlatformSnapshot {
  /** On the platform's clock. */
  readonly takenAt: Date;
}

export interface State {
  snapshot(): PlatformSnapshot;
  /** Throws a `TypeError` on a snapshot of another platform. */
  restore(snapshot: PlatformSnapshot): void;
  reset(): void;
}

export interface StateOptions {
  readonly now: () => number;
  /** Brought back by `restore` and by `reset`. */
  readonly parts: readonly Restorable[];
  /** Brings the directory back to its first state when that could not be remembered from the start. */
  readonly firstDirectory: (() => void) | undefined;
  readonly directory: Restorable;
  readonly listeners: Listeners;
  readonly events: EventLog;
}

/** To be made when the platform is ready for its first request: `reset` leads back to that. */
export function platformState(options: StateOptions): State {
  const { directory, parts, listeners, events } = options;
  const contents = new WeakMap<PlatformSnapshot, readonly (() => void)[]>();
  const first = [options.firstDirectory ?? directory.save(), ...parts.map((part) => part.save())];
  return {
    snapshot() {
      const snapshot: PlatformSnapshot = { takenAt: new Date(options.now()) };
      contents.set(
        snapshot,
        [directory, ...parts].map((part) => part.save()),
      );
      return snapshot;
    },
    restore(snapshot) {
      const saved = contents.get(snapshot);
      if (saved === undefined) {
        throw new TypeError("This is no snapshot of this platform; restore what its own snapshot() gave");
      }
      for (const bringBack of saved) {
        bringBack();
      }
    },
    reset() {
      for (const bringBack of first) {
        bringBack();
      }
      listeners.clear();
      events.clear();
    },
  };
}
