/** What an application counts about its tokens, from its start on. Whoever does it counts it. */
export interface Counters {
  /** Calls that a cached token answered. */
  hits: number;
  /** Calls that looked into the cache and found nothing good. */
  misses: number;
  /** Refreshes ahead of expiry. */
  refreshesStarted: number;
  refreshesFailed: number;
  /** Times that the cache plugin failed. */
  pluginFailures: number;
}

export function createCounters(): Counters {
  return { hits: 0, misses: 0, refreshesStarted: 0, refreshesFailed: 0, pluginFailures: 0 };
}

/** Counts a look into the cache by what it found, and gives that back. */
export function countLookup<T>(counters: Counters, found: T | undefined): T | undefined {
  if (found === undefined) {
    counters.misses++;
  } else {
    counters.hits++;
  }
  return found;
}
