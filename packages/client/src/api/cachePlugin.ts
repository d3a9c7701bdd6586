import type { SerializeOptions } from "./tokenCache.ts";

/**
 * Stores tokens beyond the process. Compatible with MSAL's plugin interface: plugins written for MSAL work unchanged.
 *
 * A plugin represents one store, and a store belongs to one application object: if each user has a store, each needs a
 * plugin and an application object. Calls from several application objects that share a plugin are serialized.
 *
 * Lock the store from `beforeCacheAccess` to `afterCacheAccess`. Without a lock, when two processes write at the same
 * moment, the last one wins: the store lacks the other's new tokens, which are acquired again when needed, and still
 * has what the other removed. If an issuer rotates refresh tokens, the lost one may have been the only valid one: the
 * user has to sign in again.
 *
 * @example
 * ```ts
 * import type { CachePlugin } from "@latchkey/client";
 *
 * function pluginFor(store: { get(): Promise<string>; set(text: string): Promise<void> }): CachePlugin {
 *   return {
 *     async beforeCacheAccess({ tokenCache }) {
 *       tokenCache.deserialize(await store.get());
 *     },
 *     async afterCacheAccess({ cacheHasChanged, tokenCache }) {
 *       if (cacheHasChanged) await store.set(tokenCache.serialize());
 *     },
 *   };
 * }
 * ```
 */
export interface CachePlugin {
  /**
   * Called before each cache lookup and each change: read the store here. If it does not call `deserialize`, the store
   * is considered empty: users who were read from it or written to it are removed; the application's own tokens, and
   * what was never written, remain.
   */
  beforeCacheAccess(context: TokenCacheContext): Promise<void> | void;
  /** Called afterwards: write the store here if the cache has changed. */
  afterCacheAccess(context: TokenCacheContext): Promise<void> | void;
}

/** Passed to a plugin; valid for one access. */
export interface TokenCacheContext {
  /** Whether the cache holds anything that the store lacks. Always `false` before the access. */
  readonly cacheHasChanged: boolean;
  readonly tokenCache: {
    /** The cache as text. */
    serialize(options?: SerializeOptions): string;
    /**
     * Replaces the cache with the text's content. An empty text stands for an empty cache; the text last read or
     * written costs nothing. Has no effect after the access.
     *
     * @throws {@link CacheError} when the text is damaged. Let it propagate: the store is then left as it is.
     */
    deserialize(text: string): void;
    /**
     * The cached accounts, from which MSAL's `DistributedCachePlugin` determines the partition to write to. Always
     * present, though the types of MSAL's plugins omit it.
     *
     * @throws {@link CacheError} when the cache holds more than one user: no partition is right for all.
     */
    getKVStore?(): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}
