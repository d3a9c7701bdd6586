import type { Clock } from "@latchkey/client";

/** A clock that the test advances. */
export interface ManualClock extends Clock {
  /** Advances time, waking sleepers that are due. */
  advance(ms: number): void;
  /** Resolves when someone sleeps for exactly this long: the moment to advance time. */
  sleeping(ms: number): Promise<void>;
  /** The number of sleeps that are neither over nor cancelled. */
  readonly pendingSleeps: number;
}

export const testStart: number = Date.parse("2026-06-01T12:00:00.000Z");

/** Creates a clock that stands at `startMs`. */
export function manualClock(startMs: number = testStart): ManualClock {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly atMs: number; readonly ms: number; readonly wake: () => void }>();
  const watchers: { readonly ms: number; readonly resolve: () => void }[] = [];
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          return reject(signal.reason);
        }
        if (ms <= 0) {
          return resolve();
        }
        const sleeper = {
          atMs: nowMs + ms,
          ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener(
          "abort",
          () => {
            sleepers.delete(sleeper);
            reject(signal.reason);
          },
          { once: true },
        );
        for (const watcher of watchers) {
          if (watcher.ms === ms) {
            watcher.resolve();
          }
        }
      }),
    advance(ms) {
      nowMs += ms;
      for (const sleeper of [...sleepers]) {
        if (sleeper.atMs <= nowMs) {
          sleeper.wake();
        }
      }
    },
    sleeping: (ms) =>
      new Promise((resolve) => {
        if ([...sleepers].some((sleeper) => sleeper.ms === ms)) {
          return resolve();
        }
        watchers.push({ ms, resolve });
      }),
    get pendingSleeps() {
      return sleepers.size;
    },
  };
}
