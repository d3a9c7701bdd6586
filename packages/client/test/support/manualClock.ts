import type { Clock } from "@latchkey/client";

/** A clock that moves when the test says so. */
export interface ManualClock extends Clock {
  /** Moves time on, waking whoever sleeps until then. */
  advance(ms: number): void;
  /** Resolves once somebody sleeps for exactly this long: the moment to move time. */
  sleeping(ms: number): Promise<void>;
  /** How many sleeps are neither over nor called off. */
  readonly pendingSleeps: number;
}

export const testStart: number = Date.parse("2026-06-01T12:00:00.000Z");

/** Makes a clock that stands at `startMs`. */
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
