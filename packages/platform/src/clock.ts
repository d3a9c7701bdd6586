/** Where the platform reads the time. Milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
}

/** A clock that tests can move: token, secret and certificate lifetimes all follow it. */
export interface MovableClock extends Clock {
  /** Moves the clock forward (or, with a negative number, back). */
  advance(durationMs: number): void;
}

export const systemClock: Clock = { now: () => Date.now() };

export function movableClock(source: Clock): MovableClock {
  let offsetMs = 0;
  return {
    now: () => source.now() + offsetMs,
    advance(durationMs) {
      if (!Number.isFinite(durationMs)) {
        throw new TypeError(`clock.advance needs a finite number of milliseconds, got ${durationMs}`);
      }
      offsetMs += durationMs;
    },
  };
}
