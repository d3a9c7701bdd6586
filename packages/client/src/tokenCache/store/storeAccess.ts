import type { Waiter } from "../../transport/singleFlight.ts";
import type { CacheChanges } from "../cacheChanges.ts";

/** The store's part in cache accesses: it is read before lookups, and written after changes. */
export interface StoreAccess {
  look<T>(work: () => T): Promise<T>;
  /** With `isForAll`, the work depends on nothing in the store, and overwrites a damaged one. */
  change(work: () => void, isForAll?: boolean): Promise<void>;
}

/** Used when there is no store. */
export const withoutStore: StoreAccess = { look: async (work) => work(), change: async (work) => work() };

/** The cache with a store. A failure of the store costs no token: it is logged and counted. */
export interface CacheAccess extends StoreAccess {
  /**
   * Looks into the cache after reading the store or, if that fails, without it. The lookup may be limited to one user.
   */
  look<T>(work: () => T, waiter?: Waiter, homeAccountId?: string): Promise<T>;
  /** Caches a response; if the store fails, the response stays in memory and is written at the next opportunity. */
  save<T>(work: () => T, correlationId: string | undefined): Promise<T>;
}

/** What looking into the cache and saving to it need from the application. */
export interface StoreContext {
  /** The plugin's store; `undefined` if there is none. */
  readonly store: CacheAccess | undefined;
  /** The listeners of the cache. */
  readonly changes: CacheChanges;
}

/** Caches the response of the request with this correlation id. */
export function save<T>(
  { store, changes }: StoreContext,
  work: () => T,
  correlationId: string | undefined,
): T | Promise<T> {
  const named = (): T => changes.withCorrelationId(correlationId, work);
  return store ? store.save(named, correlationId) : named();
}
