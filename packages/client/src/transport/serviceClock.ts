import type { Clock } from "../runtime/clock.ts";
import { parseHttpDate } from "./retrying/retryAfter.ts";

/** Clocks that differ by less are taken for equal: whoever checks a time allows for more. */
const sameClockMs = 30_000;
/** By how much a clock may be set back, or a token seem to come from the future, without any doubt about the time. */
export const maxBackstepMs = 300_000;
/** How much later than the time seen last another has to be to be worth a note. */
const minimumAdvanceMs = 60_000;

/**
 * The service's time, as far as it has told. What expires is kept in it, since our own clock may be set at any moment.
 * A service that never tells is taken to share our time.
 */
export interface ServiceClock {
  /** How far it is ahead of our clock. */
  readonly aheadMs: number;
  now(): number;
  /**
   * The time by which cached tokens are judged: `Infinity`, by which none is good, once our clock was set back and until
   * an answer tells the time anew.
   */
  nowForTokens(): number;
  /** Learns from the `Date` of an answer, if it has one; gives the service's time at which its request was sent. */
  synchronize(date: string | null, sentAtMs: number): number;
}

/** Makes one; `clearTokens` is called when our clock was set back, and the service does not tell what that makes of the tokens. */
export function createServiceClock(clock: Clock, clearTokens: () => void): ServiceClock {
  let aheadMs = 0;
  /** The latest time that was seen, more or less. */
  let latestMs = Number.NEGATIVE_INFINITY;
  return {
    get aheadMs() {
      return aheadMs;
    },
    now: () => clock.now() + aheadMs,
    nowForTokens() {
      const nowMs = clock.now() + aheadMs;
      if (nowMs < latestMs - maxBackstepMs) {
        return Number.POSITIVE_INFINITY;
      }
      if (nowMs > latestMs + minimumAdvanceMs) {
        latestMs = nowMs;
      }
      return nowMs;
    },
    synchronize(date, sentAtMs) {
      const receivedAtMs = clock.now();
      const measuredAheadMs = readAheadMs(date, sentAtMs, receivedAtMs);
      if (measuredAheadMs !== undefined) {
        aheadMs = Math.floor(measuredAheadMs / 1_000) * 1_000;
      } else if (receivedAtMs + aheadMs < latestMs - maxBackstepMs) {
        aheadMs = 0;
        clearTokens();
      }
      latestMs = receivedAtMs + aheadMs;
      return Math.min(sentAtMs, receivedAtMs) + aheadMs;
    },
  };
}

/**
 * How far the clock of a service is ahead of ours, in milliseconds, by the `Date` of an answer; 0 where the two may agree,
 * for all that the time on the way tells; `undefined` where it does not say.
 *
 * @see RFC 9110 section 6.6.1
 */
export function readAheadMs(date: string | null, sentAtMs: number, receivedAtMs: number): number | undefined {
  const dateMs = parseHttpDate(date ?? "");
  if (Number.isNaN(dateMs)) {
    return undefined;
  }
  // It was written between the two, and the rest of its second is cut off. Our clock may have been set back meanwhile.
  const [least, most] = [dateMs - receivedAtMs, dateMs + 1_000 - Math.min(sentAtMs, receivedAtMs)];
  return least > sameClockMs || most < -sameClockMs ? (least + most) / 2 : 0;
}
