import type { ClientContext } from "./clientContext.ts";
import { randomUuid } from "./runtime/random.ts";
import type { CachePlugin } from "./tokenCache/cachePlugin.ts";
import { endpointsOf } from "./tokenEndpoint.ts";

/**
 * The plugin of an application whose cloud is in no table: its store is read when Microsoft has been asked, once, for the
 * host's aliases, since the entries may be under any of them. The first request of tokens tells if that fails.
 */
export function afterDiscovery(
  plugin: CachePlugin | undefined,
  clientOf: () => ClientContext,
): CachePlugin | undefined {
  let discovery: Promise<unknown> | undefined;
  const discover = async (): Promise<unknown> => {
    const client = clientOf();
    const call = { signal: new AbortController().signal, correlationId: randomUuid(client.http.random) };
    return endpointsOf(client, client.authority, call).catch(() => undefined);
  };
  return (
    plugin && {
      async beforeCacheAccess(context) {
        discovery ??= discover();
        await discovery;
        await plugin.beforeCacheAccess(context);
      },
      afterCacheAccess: (context) => plugin.afterCacheAccess(context),
    }
  );
}
