/** An application's token counters, from its start. Each is incremented where the event happens. */
export interface Counters {
  /** Calls served by a cached token. */
  hits: number;
  /** Calls that found no usable token in the cache. */
  misses: number;
  /** Refreshes started before expiry. */
  refreshesStarted: number;
  refreshesFailed: number;
  /** Failures of the cache plugin. */
  pluginFailures: number;
}

export function createCounters(): Counters {
  return { hits: 0, misses: 0, refreshesStarted: 0, refreshesFailed: 0, pluginFailures: 0 };
}

/** Counts the result of a cache lookup, and returns it. */
export function countLookup<T>(counters: Counters, found: T | undefined): T | undefined {
  if (found === undefined) {
    counters.misses++;
  } else {
    counters.hits++;
  }
  return found;
}
