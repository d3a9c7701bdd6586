import type { Clock } from "../runtime/clock.ts";
import { parseHttpDate } from "./retrying/retryAfter.ts";

/** Clocks that differ by less are taken for equal: whoever checks a time allows for more. */
const toleranceMs = 30_000;
/** By how much a clock may be set back, or a token seem to come from the future, without any doubt about the time. */
export const latitudeMs = 300_000;
/** How much later than the time seen last another has to be to be worth a note. */
const noteworthyMs = 60_000;

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
  learn(date: string | null, sentAtMs: number): number;
}

/** Makes one; `forget` is called when our clock was set back, and the service does not tell what that makes of the tokens. */
export function createServiceClock(clock: Clock, forget: () => void): ServiceClock {
  let aheadMs = 0;
  /** The latest time that was seen, more or less. */
  let seenMs = Number.NEGATIVE_INFINITY;
  return {
    get aheadMs() {
      return aheadMs;
    },
    now: () => clock.now() + aheadMs,
    nowForTokens() {
      const nowMs = clock.now() + aheadMs;
      if (nowMs < seenMs - latitudeMs) {
        return Number.POSITIVE_INFINITY;
      }
      if (nowMs > seenMs + noteworthyMs) {
        seenMs = nowMs;
      }
      return nowMs;
    },
    learn(date, sentAtMs) {
      const receivedAtMs = clock.now();
      const toldMs = readAheadMs(date, sentAtMs, receivedAtMs);
      if (toldMs !== undefined) {
        aheadMs = Math.floor(toldMs / 1_000) * 1_000;
      } else if (receivedAtMs + aheadMs < seenMs - latitudeMs) {
        aheadMs = 0;
        forget();
      }
      seenMs = receivedAtMs + aheadMs;
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
  return least > toleranceMs || most < -toleranceMs ? (least + most) / 2 : 0;
}
