import type { SerializeOptions } from "./tokenCache.ts";

/**
 * Where tokens outlive the process: MSAL's plugin shape, so that plugins written for it fit as they are.
 *
 * A plugin stands for one store, and a store belongs to one application object: where each user has a store, each has a
 * plugin and an application object too. A plugin that serves several application objects is called for one after the other.
 *
 * Without a lock from `beforeCacheAccess` to `afterCacheAccess`, of two processes that write at the same moment the last
 * one wins: the store lacks what the other had got, which is got again when it is wanted, and keeps what the other had
 * removed. Where an issuer rotates refresh tokens, the one that is lost may have been the only good one: the user signs in anew.
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
   * Called before each look into the cache and each change of it: the moment to read the store. When it does not call
   * `deserialize`, the store is taken to hold nothing: people who were read from it or written to it before are forgotten;
   * the application's own tokens, and what was never written, stay.
   */
  beforeCacheAccess(context: TokenCacheContext): Promise<void> | void;
  /** Called after it: the moment to write the store, if the cache has changed. */
  afterCacheAccess(context: TokenCacheContext): Promise<void> | void;
}

/** What a plugin gets. It is good for one access. */
export interface TokenCacheContext {
  /** Whether there is something that the store does not have. Never before the access. */
  readonly cacheHasChanged: boolean;
  readonly tokenCache: {
    /** The cache as a text. */
    serialize(options?: SerializeOptions): string;
    /**
     * Reads a text into the cache, in the place of what is there. An empty one stands for an empty cache, and the one that
     * was read or written last costs nothing. Has no effect after the access.
     *
     * @throws {@link CacheError} when the text is damaged. Let it pass: the store is left as it is then.
     */
    deserialize(text: string): void;
    /**
     * The accounts in the cache, by which MSAL's `DistributedCachePlugin` finds the partition to write to. It is always there;
     * the types of MSAL's plugins do not tell of it.
     *
     * @throws {@link CacheError} when the cache holds more than one person: no partition is right for all.
     */
    getKVStore?(): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}
