import { ServerError } from "../../errors/errors.ts";
import type { Clock } from "../../runtime/clock.ts";

/** Runs the work of a request, or refuses it while the server has asked to wait with an equal one. */
export type Throttle = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Longer delays are not taken seriously. */
const longestMs = 3_600_000;
const maximumKeys = 1_000;

interface Wait {
  readonly untilMs: number;
  readonly refusal: ServerError;
}

/**
 * Enforces the server's delays: after a 429 or 5xx with `Retry-After`, an equal request is refused without being sent
 * until then. Without that header nothing is stored: one failure blocks no further requests.
 *
 * @see RFC 6585 section 4, RFC 9110 section 10.2.3
 */
export function createThrottle(clock: Clock): Throttle {
  const waits = new Map<string, Wait>();
  return (key, work) => {
    const wait = waits.get(key);
    const nowMs = clock.now();
    // A longer delay means that our clock was set back.
    if (wait && wait.untilMs > nowMs && wait.untilMs <= nowMs + longestMs) {
      const { refusal, untilMs } = wait;
      const retryAfterMs = untilMs - nowMs;
      const message = `Not sent: the server asked to wait another ${retryAfterMs} ms. It said: ${refusal.message}`;
      return Promise.reject(
        new ServerError(message, {
          ...refusal,
          code: "throttled",
          remedy: "Wait for retryAfterMs, then try again.",
          retryable: true,
          retryAfterMs,
          cause: refusal,
        }),
      );
    }
    if (wait) {
      waits.delete(key);
    }
    return work().catch((error: unknown) => {
      if (error instanceof ServerError && error.retryAfterMs && (error.status === 429 || error.status >= 500)) {
        const [oldest] = waits.keys();
        if (waits.size >= maximumKeys && oldest !== undefined) {
          waits.delete(oldest);
        }
        waits.set(key, { untilMs: clock.now() + Math.min(error.retryAfterMs, longestMs), refusal: error });
      }
      throw error;
    });
  };
}
