import { setTimeout as timeout } from "node:timers/promises";
import type { Restorable } from "./restorable.ts";

/** Where the platform reads the time, in milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
  /** Waits; rejects with the signal's reason when aborted. Only delayed responses wait. Default: waits in real time. */
  sleep?(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that tests can move: token, secret and certificate lifetimes all follow it. */
export interface MovableClock extends Clock {
  /** How far this clock is ahead of its source; negative when behind. */
  readonly offsetMs: number;
  /**
   * Moves the clock forward, or back by a negative number. Waits that end at or before the new time resolve.
   * @throws a `RangeError` if the clock would leave the years 1970 to 9999; the clock does not move then.
   */
  advance(durationMs: number): void;
  /** Sets the clock to an instant, a `Date` or epoch milliseconds; it runs on from there. Throws like `advance`. */
  set(instant: Date | number): void;
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

const latestMs = Date.UTC(9999, 11, 31);

/** The clock was moved to a time that no token, certificate or HTTP date can have. */
export class ClockRangeError extends RangeError {
  override name = "ClockRangeError";

  constructor(attempted: string) {
    super(`The clock cannot be ${attempted}: give a time in the years 1970 to 9999`);
  }
}

export const systemClock: Clock & Pick<MovableClock, "sleep"> = {
  now: () => Date.now(),
  async sleep(durationMs, signal) {
    await timeout(durationMs, undefined, { signal });
  },
};

export function movableClock(source: Clock): MovableClock & Restorable {
  const wakers = new Set<() => void>();
  let offsetMs = 0;

  function moveTo(nextOffsetMs: number, attempted: string): void {
    const nextMs = source.now() + nextOffsetMs;
    if (!(nextMs >= 0 && nextMs <= latestMs)) {
      throw new ClockRangeError(attempted);
    }
    goTo(nextOffsetMs);
  }

  function goTo(nextOffsetMs: number): void {
    offsetMs = nextOffsetMs;
    for (const wake of [...wakers]) {
      wake();
    }
  }

  return {
    get offsetMs() {
      return offsetMs;
    },
    now: () => source.now() + offsetMs,
    advance(durationMs) {
      moveTo(offsetMs + durationMs, `moved by ${durationMs} ms`);
    },
    set(instant) {
      moveTo(Number(instant) - source.now(), `set to ${instant}`);
    },
    save() {
      const saved = offsetMs;
      return () => goTo(saved);
    },
    sleep(durationMs, signal) {
      const untilMs = source.now() + offsetMs + durationMs;
      return new Promise((resolve, reject) => {
        const ended = new AbortController();
        const end = (settle: () => void): void => {
          wakers.delete(wake);
          signal?.removeEventListener("abort", abort);
          settle();
          ended.abort();
        };
        const wake = (): void => {
          if (source.now() + offsetMs >= untilMs) {
            end(resolve);
          }
        };
        const abort = (): void => end(() => reject(signal?.reason));
        if (signal?.aborted === true) {
          abort();
          return;
        }
        wakers.add(wake);
        signal?.addEventListener("abort", abort, { once: true });
        const wait = source.sleep?.bind(source) ?? systemClock.sleep;
        wait(durationMs, ended.signal).then(
          () => end(resolve),
          // Aborted by us, or the clock cannot wait: moving the clock still ends the wait.
          () => undefined,
        );
      });
    },
  };
}
