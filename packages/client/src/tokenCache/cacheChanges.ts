import type { TokenCacheChange } from "../api/tokenCache.ts";
import { errorName } from "../errors/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import { type Random, randomUuid } from "../runtime/random.ts";

/** The listeners of cache changes, and a version that each change increments. */
export interface CacheChanges {
  readonly version: number;
  /** Notifies the listeners; the change is described only if there are any. */
  report(describe: () => TokenCacheChange): void;
  /** Runs work that makes many changes, and reports them as one. */
  batch(change: TokenCacheChange, work: () => void): void;
  /** Runs work that caches a response: failures of listeners are logged under its correlation id. */
  withCorrelationId<T>(correlationId: string | undefined, work: () => T): T;
  /** Returns the function that unsubscribes the listener. */
  subscribe(listener: (change: TokenCacheChange) => void): () => void;
}

export function createCacheChanges(logger: Logger, random: Random): CacheChanges {
  const listeners = new Set<(change: TokenCacheChange) => void>();
  let version = 0;
  let isBatching = false;
  let currentCorrelationId: string | undefined;

  function report(describe: () => TokenCacheChange): void {
    version++;
    if (isBatching || listeners.size === 0) {
      return;
    }
    const change = describe();
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        // The token was acquired regardless.
        const correlationId = currentCorrelationId ?? randomUuid(random);
        logger.error({ correlationId, error: errorName(error) }, "a token cache listener failed");
      }
    }
  }

  return {
    get version() {
      return version;
    },
    report,
    batch(change, work) {
      isBatching = true;
      try {
        work();
      } finally {
        isBatching = false;
      }
      report(() => change);
    },
    withCorrelationId(correlationId, work) {
      currentCorrelationId = correlationId;
      try {
        return work();
      } finally {
        currentCorrelationId = undefined;
      }
    },
    subscribe(listener) {
      // A listener that is added twice is called twice.
      const own = (change: TokenCacheChange): void => listener(change);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
