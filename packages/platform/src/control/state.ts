import type { EventLog } from "../core/events.ts";
import type { Restorable } from "../core/restorable.ts";
import type { Listeners } from "./listeners.ts";

/** The platform's state at one moment. Opaque: it contains hashes of secrets and cannot be read or stored. */
export interface PlatformSnapshot {
  /** Time of the snapshot, on the platform's clock. */
  readonly takenAt: Date;
}

export interface State {
  snapshot(): PlatformSnapshot;
  /** Throws a `TypeError` for a snapshot of another platform. */
  restore(snapshot: PlatformSnapshot): void;
  reset(): void;
}

export interface StateOptions {
  readonly now: () => number;
  /** Restored by `restore` and by `reset`. */
  readonly parts: readonly Restorable[];
  /** Restores the directory's initial state, if it was not saved at the start. */
  readonly resetDirectory: (() => void) | undefined;
  readonly directory: Restorable;
  readonly listeners: Listeners;
  readonly events: EventLog;
}

/** Call this when the platform is ready for its first request: `reset` returns to that moment. */
export function platformState(options: StateOptions): State {
  const { directory, parts, listeners, events } = options;
  const contents = new WeakMap<PlatformSnapshot, readonly (() => void)[]>();
  const first = [options.resetDirectory ?? directory.save(), ...parts.map((part) => part.save())];
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
        throw new TypeError("This snapshot is not from this platform. Restore one that its own snapshot() returned");
      }
      for (const restorePart of saved) {
        restorePart();
      }
    },
    reset() {
      for (const restorePart of first) {
        restorePart();
      }
      listeners.clear();
      events.clear();
    },
  };
}
