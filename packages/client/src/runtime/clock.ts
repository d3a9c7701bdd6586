/**
 * Time as the library sees it: every expiry, timeout, back-off and poll goes through it, so a test moves time by
 * passing its own.
 *
 * @example
 * ```ts
 * import type { Clock } from "@latchkey/client";
 *
 * // Time stands still, so nothing expires and no deadline passes.
 * const frozen: Clock = { now: () => Date.parse("2026-01-01T00:00:00Z"), sleep: () => new Promise(() => {}) };
 * ```
 */
export interface Clock {
  /** The current instant in epoch milliseconds. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with `signal.reason` when the signal is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a timer can hold: a longer delay would fire at once. */
const longestTimerMs = 2_147_483_647;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
        Math.min(ms, longestTimerMs),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
    }).then(() => (ms > longestTimerMs ? systemClock.sleep(ms - longestTimerMs, signal) : undefined)),
};
