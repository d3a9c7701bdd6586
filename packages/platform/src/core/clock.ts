import { setTimeout as timeout } from "node:timers/promises";
import type { Restorable } from "./restorable.ts";

/** Where the platform reads the time. Milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
  /** Waits; rejects with the signal's reason when aborted. Only delayed answers wait. Default: real time passes. */
  sleep?(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that tests can move: token, secret and certificate lifetimes all follow it. */
export interface MovableClock extends Clock {
  /** How far this clock is ahead of the one it was made from; negative when behind. */
  readonly offsetMs: number;
  /**
   * Moves the clock forward (or, with a negative number, back). What waits for a time now reached goes on.
   * @throws a `RangeError` when it would leave the years 1970 to 9999; it stays where it is then.
   */
  advance(durationMs: number): void;
  /** Sets the clock to an instant, given as a `Date` or epoch milliseconds; it runs on from there. Throws as `advance`. */
  set(instant: Date | number): void;
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

const latestMs = Date.UTC(9999, 11, 31);

/** The clock was told to go where no token, certificate or HTTP date can follow. */
export class ClockRangeError extends RangeError {
  override name = "ClockRangeError";

  constructor(asked: string) {
    super(`The clock cannot be ${asked}: give a time in the years 1970 to 9999`);
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

  function moveTo(nextOffsetMs: number, asked: string): void {
    const nextMs = source.now() + nextOffsetMs;
    if (!(nextMs >= 0 && nextMs <= latestMs)) {
      throw new ClockRangeError(asked);
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
          // Ended by us, or a clock that cannot wait: moving the clock still ends the wait.
          () => undefined,
        );
      });
    },
  };
}
