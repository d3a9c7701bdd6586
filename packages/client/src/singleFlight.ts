import type { Clock } from "./runtime/clock.ts";
import { type Random, randomUuid } from "./runtime/random.ts";
import { type Call, timeoutError } from "./transport/http.ts";

/** How long a caller is willing to wait for a flight, and the name that it gives the request if it starts one. */
export interface Waiter {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly correlationId?: string | undefined;
}

/** One request for all who ask for the same thing at the same time. */
export interface SingleFlight<T> {
  /**
   * Joins the flight of `key`, or starts it. A waiter that leaves (its signal, its time-out) leaves alone; the flight
   * is aborted when the last one has left.
   */
  join(key: string, start: (call: FlightCall) => Promise<T>, waiter: Waiter): Promise<T>;
}

/** What a flight's requests share: the first caller's correlation id, and a signal that tells when nobody waits. */
export interface FlightCall extends Call {
  readonly signal: AbortSignal;
  readonly correlationId: string;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  readonly correlationId: string;
  readonly startedAtMs: number;
  waiters: number;
  /** When the last waiter will have left, if none comes. */
  deadlineMs: number;
}

/**
 * Makes an empty set of flights. One that is older than `longestMs` is joined no more: a runtime may have ended it
 * together with the request that it began in, and then it never lands.
 */
export function createSingleFlight<T>(clock: Clock, random: Random, longestMs: number): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function takeOff(key: string, start: (call: FlightCall) => Promise<T>, correlationId: string): Flight<T> {
    const controller = new AbortController();
    const deadlineMs = (): number => flight.deadlineMs;
    const result = start({ signal: controller.signal, correlationId, deadlineMs }).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    const flight: Flight<T> = {
      result,
      controller,
      correlationId,
      startedAtMs: clock.now(),
      waiters: 0,
      deadlineMs: 0,
    };
    // A flight that everybody left still settles, and nobody is there to hear it.
    result.catch(() => {});
    flights.set(key, flight);
    return flight;
  }

  return {
    async join(key, start, { signal, timeoutMs, correlationId }) {
      signal?.throwIfAborted();
      const known = flights.get(key);
      const isLost = known !== undefined && clock.now() - known.startedAtMs > longestMs;
      const flight = known && !isLost ? known : takeOff(key, start, correlationId ?? randomUuid(random));
      flight.waiters++;
      flight.deadlineMs = Math.max(flight.deadlineMs, clock.now() + (timeoutMs ?? Number.POSITIVE_INFINITY));
      try {
        return await waitFor(clock, flight.result, { signal, timeoutMs, correlationId: flight.correlationId });
      } finally {
        flight.waiters--;
        if (flight.waiters === 0) {
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort(signal?.reason);
        }
      }
    },
  };
}

/** Waits for a result no longer than the waiter is willing to; the work goes on. */
export async function waitFor<T>(
  clock: Clock,
  result: Promise<T>,
  { signal, timeoutMs, correlationId }: Waiter,
): Promise<T> {
  signal?.throwIfAborted();
  const left = new AbortController();
  try {
    return await Promise.race([
      result,
      ...(signal ? [aborted(signal, left.signal)] : []),
      ...(timeoutMs === undefined ? [] : [timedOut(clock, timeoutMs, correlationId, left.signal)]),
    ]);
  } finally {
    // A reason spares the exception that the runtime would make.
    left.abort(null);
  }
}

function aborted(signal: AbortSignal, left: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: left });
  });
}

async function timedOut(
  clock: Clock,
  timeoutMs: number,
  correlationId: string | undefined,
  left: AbortSignal,
): Promise<never> {
  await clock.sleep(timeoutMs, left);
  throw timeoutError(`No token within the ${timeoutMs} ms that timeoutMs allows.`, correlationId);
}
