/**
 * Time as the library sees it: every expiry, timeout, back-off and poll goes through it, so a test moves time by
 * passing its own.
 *
 * @example
 * ```ts
 * import type { Clock } from "@latchkey/client";
 *
 * const frozen: Clock = { now: () => Date.parse("2026-01-01T00:00:00Z"), sleep: async () => {} };
 * ```
 */
export interface Clock {
  /** The current instant in epoch milliseconds. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with `signal.reason` when the signal is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
