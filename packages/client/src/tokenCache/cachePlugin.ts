import type { SerializeOptions } from "./serialization.ts";

/**
 * Where tokens outlive the process: MSAL's plugin shape, so that plugins written for it fit as they are.
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
  /** Called before each look into the cache and each change of it: the moment to read the store. */
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
    /** Reads a text into the cache, in the place of what is there. An empty one stands for an empty cache. */
    deserialize(text: string): void;
  };
}
