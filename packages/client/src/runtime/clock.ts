import { watch } from "./cancellation.ts";

/**
 * The library's source of time: every expiry, timeout, back-off and poll uses it, so that tests can control time.
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
  /** The current time in epoch milliseconds. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds; rejects with `signal.reason` if the signal is aborted first. If `isDetached`, the
   * caller keeps the program alive and the sleep need not: Node's timers are unref'd.
   */
  sleep(ms: number, signal?: AbortSignal, isDetached?: boolean): Promise<void>;
}

/** The longest delay of a timer: a longer one would fire at once. */
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
 * Calls back after `ms` milliseconds, unless the returned function is called first. Does not keep the program alive.
 */
export function startTimer(clock: Clock, ms: number, onTime: () => void): () => void {
  if (clock === systemClock && ms <= longestTimerMs) {
    // Cheaper than a cancelled sleep, with its signal, listeners and events.
    const timer = setTimeout(onTime, ms);
    detach(timer);
    return () => clearTimeout(timer);
  }
  const stopped = new AbortController();
  clock.sleep(ms, stopped.signal, true).then(onTime, () => {});
  // Any reason will do: without one the runtime creates an exception with a stack trace.
  return () => stopped.abort(null);
}

/** Keeps a Node program alive until the returned function is called. */
export function keepAlive(): () => void {
  const timer = setTimeout(() => {}, longestTimerMs);
  // Elsewhere timers are numbers and keep nothing alive; an idle Worker would look busy.
  if (typeof timer !== "object") {
    clearTimeout(timer);
  }
  return () => clearTimeout(timer);
}

function detach(timer: unknown): void {
  // Elsewhere a timer is a number, and keeps nothing alive.
  (timer as { unref?(): void }).unref?.();
}
