import { isErrorLike } from "../errors.ts";
import type { Fetch, FetchAnswer, FetchInit } from "./http.ts";

/** The ways to the network that take no `cache`. */
const withoutCache = new WeakSet<Fetch>();

/**
 * Fetches past whatever cache the way to the network has; one that knows no such option does without, from then on.
 * @see https://developers.cloudflare.com/workers/configuration/compatibility-flags/#enable-cache-no-store-http-standard-api
 */
export async function fetchUncached(fetch: Fetch, url: string, init: FetchInit): Promise<FetchAnswer> {
  if (!withoutCache.has(fetch)) {
    try {
      return await fetch(url, init);
    } catch (error) {
      // Before anything is sent: workerd says so in words alone.
      if (!isErrorLike(error) || !/^The '?cache'? field on|^Unsupported cache mode/.test(error.message)) throw error;
      withoutCache.add(fetch);
    }
  }
  const { cache: _, ...rest } = init;
  return fetch(url, rest);
}
