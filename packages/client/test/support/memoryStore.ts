import type { CachePlugin, TokenCacheContext } from "@latchkey/client";

/** A store in memory with its plugin, and its recorded accesses. */
export interface MemoryStore extends CachePlugin {
  text: string;
  readonly calls: string[];
  /** Thrown or awaited before the next read or write. */
  beforeRead: () => unknown;
  beforeWrite: () => unknown;
}

/** Creates an empty store; its plugin is the documented one. */
export function memoryStore(): MemoryStore {
  const store: MemoryStore = {
    text: "",
    calls: [],
    beforeRead: () => undefined,
    beforeWrite: () => undefined,
    async beforeCacheAccess({ cacheHasChanged, tokenCache }: TokenCacheContext) {
      store.calls.push(cacheHasChanged ? "read?" : "read");
      await store.beforeRead();
      tokenCache.deserialize(store.text);
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }: TokenCacheContext) {
      store.calls.push(cacheHasChanged ? "write" : "end");
      if (!cacheHasChanged) {
        return;
      }
      await store.beforeWrite();
      store.text = tokenCache.serialize();
    },
  };
  return store;
}
