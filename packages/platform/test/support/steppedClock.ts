import type { Clock } from "@latchkey/platform";

export const someTimeMs: number = Date.UTC(2026, 5, 1, 12);

/** A clock that stands still and never wakes anybody: only `platform.clock` moves the time. */
export function steppedClock(startMs: number = someTimeMs): Clock {
  return {
    now: () => startMs,
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
  };
}
