import type { Waiter } from "../../transport/singleFlight.ts";
import type { CacheChanges } from "../cacheChanges.ts";

/** How the cache's store takes part: what is looked up is read from it first, what is changed is written to it. */
export interface StoreAccess {
  look<T>(work: () => T): Promise<T>;
  /** What wants nothing of what the store holds (`isForAll`) is written over a damaged one too. */
  change(work: () => void, isForAll?: boolean): Promise<void>;
}

/** There is no store. */
export const withoutStore: StoreAccess = { look: async (work) => work(), change: async (work) => work() };

/** The cache with a store behind it. A failure of the store costs no token: it is logged, counted, and told below. */
export interface CacheAccess extends StoreAccess {
  /** Looks into the cache once the store has been read; where that fails, into what is here. It may be about one person. */
  look<T>(work: () => T, waiter?: Waiter, homeAccountId?: string): Promise<T>;
  /** Keeps what was gained; where the store fails it is kept here, and written at the next opportunity. */
  save<T>(work: () => T, correlationId: string | undefined): Promise<T>;
}

/** The cache of an application, as those see it who look into it and keep what they gained. */
export interface StoreContext {
  /** The cache with its plugin's store behind it; `undefined` where there is none. */
  readonly store: CacheAccess | undefined;
  /** Who listens to the cache. */
  readonly changes: CacheChanges;
}

/** Keeps what the request of this name gained. */
export function save<T>(
  { store, changes }: StoreContext,
  work: () => T,
  correlationId: string | undefined,
): T | Promise<T> {
  const named = (): T => changes.withCorrelationId(correlationId, work);
  return store ? store.save(named, correlationId) : named();
}
