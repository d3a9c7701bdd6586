import type { ClientContext } from "./clientContext.ts";
import { randomUuid } from "./runtime/random.ts";
import { endpointsOf } from "./tokenEndpoint/tokenEndpoint.ts";

/**
 * What the store of an application waits for whose cloud is in no table: it is read when Microsoft has been asked, once, for
 * the host's aliases, since the entries may be under any of them. The first request of tokens tells if that fails.
 */
export function afterDiscovery(clientOf: () => ClientContext): () => Promise<unknown> {
  let discovery: Promise<unknown> | undefined;
  const discover = async (): Promise<unknown> => {
    const client = clientOf();
    const call = { correlationId: randomUuid(client.http.random) };
    return endpointsOf(client, client.authority, call).catch(() => undefined);
  };
  return () => {
    discovery ??= discover();
    return discovery;
  };
}
