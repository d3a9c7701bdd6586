import { isAuthError } from "../errors/errors.ts";
import { type Cancellable, Cancellation, signalOf } from "../runtime/cancellation.ts";
import { type Clock, keepAlive } from "../runtime/clock.ts";
import { type Random, randomUuid } from "../runtime/random.ts";
import { type Call, withTimeout } from "./http.ts";

/** How long a caller is willing to wait for a flight, and the name that it gives the request if it starts one. */
export interface Waiter extends Cancellable {
  readonly timeoutMs?: number | undefined;
  readonly correlationId?: string | undefined;
  /** Whether the program may end before the waiter has its result. */
  readonly isDetached?: boolean | undefined;
}

/** One request for all who ask for the same thing at the same time. */
export interface SingleFlight<T> {
  /**
   * Joins the flight of `key`, or starts it. A waiter that leaves (its signal, its time-out) leaves alone; the flight
   * is called off when the last one has left.
   */
  join(key: string, start: (call: FlightCall) => Promise<T>, waiter: Waiter): Promise<T>;
}

/** What a flight's requests share: the first caller's correlation id, and what tells that nobody waits any more. */
export interface FlightCall extends Call {
  readonly cancellation: Cancellation;
  readonly correlationId: string;
}

interface Flight<T> {
  readonly result: Promise<T>;
  /** Has it called off; what becomes of it then is nobody's business. */
  readonly cancelFlight: (reason: unknown) => void;
  readonly correlationId: string;
  readonly startedAtMs: number;
  hasSettled: boolean;
  waiters: number;
  /** When the last waiter will have left, if none comes. */
  deadlineMs: number;
}

/**
 * Makes an empty set of flights. One that is older than `longestMs` is joined no more: a runtime may have ended it
 * together with the request that it began in, and then it never lands.
 *
 * Workers: a flight belongs to the request that started it. Those who join from others touch only plain values and
 * promises of it, for its signals and timers are refused to them.
 */
export function createSingleFlight<T>(clock: Clock, random: Random, longestMs: number): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function startFlight(
    key: string,
    start: (call: FlightCall) => Promise<T>,
    correlationId: string,
    mayLeave: boolean,
  ): Flight<T> {
    const cancellation = new Cancellation();
    // Where the first caller waits to the end nobody calls it off.
    const cancelFlight = mayLeave ? cancelInContext(cancellation) : () => {};
    const settle = (): void => {
      flight.hasSettled = true;
      forget(key, flight);
    };
    const result = start({
      cancellation,
      correlationId,
      deadlineMs: () => flight.deadlineMs,
      isDetached: true,
    });
    const flight: Flight<T> = {
      result,
      cancelFlight,
      correlationId,
      startedAtMs: clock.now(),
      hasSettled: false,
      waiters: 0,
      deadlineMs: 0,
    };
    // A flight that everybody left still settles, and nobody is there to hear it.
    result.then(settle, settle);
    flights.set(key, flight);
    return flight;
  }

  function forget(key: string, flight: Flight<T>): void {
    if (flights.get(key) === flight) {
      flights.delete(key);
    }
  }

  return {
    async join(key, start, waiter) {
      const { timeoutMs, correlationId, isDetached } = waiter;
      const signal = signalOf(waiter);
      const mayLeave = signal !== undefined || timeoutMs !== undefined;
      for (;;) {
        signal?.throwIfAborted();
        const nowMs = clock.now();
        const known = flights.get(key);
        const flight =
          known && nowMs - known.startedAtMs <= longestMs
            ? known
            : startFlight(key, start, correlationId ?? randomUuid(random), mayLeave);
        flight.waiters++;
        flight.deadlineMs = Math.max(flight.deadlineMs, nowMs + (timeoutMs ?? Number.POSITIVE_INFINITY));
        const release = isDetached ? undefined : keepAlive();
        try {
          return await (mayLeave
            ? waitFor(clock, flight.result, { ...waiter, correlationId: flight.correlationId, isDetached: true })
            : flight.result);
        } catch (error) {
          // Workers: what it says otherwise is that the request has ended that the flight began in.
          if (flight !== known || flight.hasSettled || signal?.aborted || isAuthError(error)) {
            throw error;
          }
          forget(key, flight);
        } finally {
          release?.();
          flight.waiters--;
          if (flight.waiters === 0 && !flight.hasSettled) {
            forget(key, flight);
            flight.cancelFlight(signal?.reason);
          }
        }
      }
    },
  };
}

/** Gives what calls work off in the request that it began in: a promise is settled where it was made, whoever resolves it. */
function cancelInContext(cancellation: Cancellation): (reason: unknown) => void {
  let cancelFlight: (reason: unknown) => void = () => {};
  new Promise<readonly [unknown]>((resolve) => {
    cancelFlight = (reason) => resolve([reason]);
  })
    .then(([reason]) => cancellation.cancel(reason))
    .catch(() => {});
  return cancelFlight;
}

/** Waits for a result no longer than the waiter is willing to; the work goes on. */
export function waitFor<T>(clock: Clock, result: Promise<T>, waiter: Waiter): Promise<T> {
  const { timeoutMs } = waiter;
  const timeoutMessage = (): string => `No token within the ${timeoutMs} ms that timeoutMs allows.`;
  return withTimeout({ clock, requestTimeoutMs: timeoutMs }, timeoutMessage, waiter, () => result);
}
