import type { Clock } from "../runtime/clock.ts";
import { parseHttpDate } from "./retrying/retryAfter.ts";

/** Smaller differences between clocks are ignored: everyone who checks times tolerates more. */
const sameClockMs = 30_000;
/** How far a clock may be set back, or a token come from the future, before the time is in doubt. */
export const maxBackstepMs = 300_000;
/** How much the time must advance before it is stored again. */
const minimumAdvanceMs = 60_000;

/**
 * The service's time, as far as known. Expiry times are stored in it, since our own clock may be set at any moment.
 * Until the service has sent its time, it is assumed to equal ours.
 */
export interface ServiceClock {
  /** How far it is ahead of our clock. */
  readonly aheadMs: number;
  now(): number;
  /**
   * The time for judging cached tokens: `Infinity`, by which all have expired, from when our clock is set back until a
   * response contains the time again.
   */
  nowForTokens(): number;
  /**
   * Updates the time from the `Date` of a response, if present; returns the service's time when the request was sent.
   */
  synchronize(date: string | null, sentAtMs: number): number;
}

/**
 * Creates a service clock; `clearTokens` is called when our clock has been set back and the response does not contain
 * the time.
 */
export function createServiceClock(clock: Clock, clearTokens: () => void): ServiceClock {
  let aheadMs = 0;
  /** The latest time seen, approximately. */
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
 * How far the service's clock is ahead of ours, in milliseconds, by the `Date` of a response; 0 if the two may agree,
 * given the time in transit; `undefined` without a date.
 *
 * @see RFC 9110 section 6.6.1
 */
export function readAheadMs(date: string | null, sentAtMs: number, receivedAtMs: number): number | undefined {
  const dateMs = parseHttpDate(date ?? "");
  if (Number.isNaN(dateMs)) {
    return undefined;
  }
  // The date was written between sending and receiving, and is truncated to seconds. Our clock may have been set back
  // meanwhile.
  const [least, most] = [dateMs - receivedAtMs, dateMs + 1_000 - Math.min(sentAtMs, receivedAtMs)];
  return least > sameClockMs || most < -sameClockMs ? (least + most) / 2 : 0;
}
