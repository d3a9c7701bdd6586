import type { Fetch } from "../api/fetch.ts";
import { isErrorLike } from "../errors/errors.ts";

/** The ways to the network that take no `cache`. */
const withoutCache = new WeakSet<Fetch>();

/**
 * Whether a way to the network is told `cache: "no-store"`: it is, until it has refused that.
 * @see https://developers.cloudflare.com/workers/configuration/compatibility-flags/#enable-cache-no-store-http-standard-api
 */
export function takesCache(fetch: Fetch): boolean {
  return !withoutCache.has(fetch);
}

/** Whether an error says, before anything was sent, that the option is unknown; it is left out from then on. */
export function refusesCache(fetch: Fetch, error: unknown): boolean {
  // workerd says so in words alone.
  if (!isErrorLike(error) || !/^The '?cache'? field on|^Unsupported cache mode/.test(error.message)) return false;
  withoutCache.add(fetch);
  return true;
}
