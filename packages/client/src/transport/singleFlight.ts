import { isAuthError } from "../errors/errors.ts";
import { type Cancellable, Cancellation, signalOf } from "../runtime/cancellation.ts";
import { type Clock, keepAlive } from "../runtime/clock.ts";
import { type Random, randomUuid } from "../runtime/random.ts";
import { type Call, withTimeout } from "./http.ts";

/** How long a caller waits for a shared request, and the correlation id if it starts one. */
export interface Waiter extends Cancellable {
  readonly timeoutMs?: number | undefined;
  readonly correlationId?: string | undefined;
  /** Whether the program may exit before the caller has its result. */
  readonly isDetached?: boolean | undefined;
}

/** Shares one request among all concurrent callers that want the same. */
export interface SingleFlight<T> {
  /**
   * Joins the request with this `key`, or starts it. A caller that gives up (its signal, its timeout) leaves alone; the
   * request is cancelled when the last one has left.
   */
  join(key: string, start: (call: FlightCall) => Promise<T>, waiter: Waiter): Promise<T>;
}

/** What the requests of a flight share: the first caller's correlation id, and the cancellation. */
export interface FlightCall extends Call {
  readonly cancellation: Cancellation;
  readonly correlationId: string;
}

interface Flight<T> {
  readonly result: Promise<T>;
  /** Cancels it; its outcome no longer matters then. */
  readonly cancelFlight: (reason: unknown) => void;
  readonly correlationId: string;
  readonly startedAtMs: number;
  hasSettled: boolean;
  waiters: number;
  /** When the last caller will have left, if no other joins. */
  deadlineMs: number;
}

/**
 * Creates an empty set of flights. One that is older than `longestMs` is not joined: a runtime may have killed it
 * together with the request that started it, and then it never settles.
 *
 * Workers: a flight belongs to the request that started it. Callers of other requests use only its plain values and
 * promises, since its signals and timers are not available to them.
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
    // If the first caller cannot leave, the flight is never cancelled.
    const cancelFlight = mayLeave ? cancelInContext(cancellation) : () => {};
    const settle = (): void => {
      flight.hasSettled = true;
      removeFlight(key, flight);
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
    // An abandoned flight still settles, unobserved.
    result.then(settle, settle);
    flights.set(key, flight);
    return flight;
  }

  function removeFlight(key: string, flight: Flight<T>): void {
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
          // Workers: any other error means that the request that started the flight has ended.
          if (flight !== known || flight.hasSettled || signal?.aborted || isAuthError(error)) {
            throw error;
          }
          removeFlight(key, flight);
        } finally {
          release?.();
          flight.waiters--;
          if (flight.waiters === 0 && !flight.hasSettled) {
            removeFlight(key, flight);
            flight.cancelFlight(signal?.reason);
          }
        }
      }
    },
  };
}

/**
 * Returns a function that cancels work in the request that started it: a promise settles where it was created, whoever
 * resolves it.
 */
function cancelInContext(cancellation: Cancellation): (reason: unknown) => void {
  let cancelFlight: (reason: unknown) => void = () => {};
  new Promise<readonly [unknown]>((resolve) => {
    cancelFlight = (reason) => resolve([reason]);
  })
    .then(([reason]) => cancellation.cancel(reason))
    .catch(() => {});
  return cancelFlight;
}

/** Waits for a result as long as the caller allows; the work continues. */
export function waitFor<T>(clock: Clock, result: Promise<T>, waiter: Waiter): Promise<T> {
  const { timeoutMs } = waiter;
  const timeoutMessage = (): string => `No token within the ${timeoutMs} ms that timeoutMs allows.`;
  return withTimeout({ clock, requestTimeoutMs: timeoutMs }, timeoutMessage, waiter, () => result);
}
