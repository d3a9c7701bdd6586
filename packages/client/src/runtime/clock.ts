import { watch } from "./cancellation.ts";

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
  /**
   * Resolves after `ms` milliseconds; rejects with `signal.reason` when the signal is aborted first. When it
   * `isDetached`, whoever waits for it keeps the program alive, and the sleep need not: a timer of Node's is unref'd.
   */
  sleep(ms: number, signal?: AbortSignal, isDetached?: boolean): Promise<void>;
}

/** What a timer can hold: a longer delay would fire at once. */
export const longestTimerMs = 2_147_483_647;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal, isDetached) =>
    new Promise<void>((resolve, reject) => {
      const stopWatching = watch({ signal }, (reason) => {
        clearTimeout(timer);
        reject(reason);
      });
      const timer = setTimeout(
        () => {
          stopWatching();
          resolve();
        },
        Math.min(ms, longestTimerMs),
      );
      if (isDetached) {
        detach(timer);
      }
    }).then(() => (ms > longestTimerMs ? systemClock.sleep(ms - longestTimerMs, signal, isDetached) : undefined)),
};

/**
 * Calls back after so many milliseconds by the clock, unless what it returns is called first. It keeps no program alive.
 */
export function startTimer(clock: Clock, ms: number, onTime: () => void): () => void {
  if (clock === systemClock && ms <= longestTimerMs) {
    // A sleep that is called off costs a signal, its listeners and its events.
    const timer = setTimeout(onTime, ms);
    detach(timer);
    return () => clearTimeout(timer);
  }
  const stopped = new AbortController();
  clock.sleep(ms, stopped.signal, true).then(onTime, () => {});
  // With a reason, however poor: without one the runtime makes an exception, stack and all.
  return () => stopped.abort(null);
}

/** Keeps a program of Node's alive until what it returns is called. */
export function keepAlive(): () => void {
  const timer = setTimeout(() => {}, longestTimerMs);
  // Elsewhere it is a number and keeps nothing alive, and a Worker that waits in vain would pass for one that works.
  if (typeof timer !== "object") {
    clearTimeout(timer);
  }
  return () => clearTimeout(timer);
}

function detach(timer: unknown): void {
  // Elsewhere a timer is a number, and keeps nothing alive.
  (timer as { unref?(): void }).unref?.();
}
