import type { HttpClient, NamedCall } from "../transport/http.ts";
import type { SingleFlight } from "../transport/singleFlight.ts";
import type { Authority, AuthorityOptions } from "./authority.ts";
import type { Cloud } from "./clouds.ts";
import { type Endpoints, endpointsByAddress, requestEndpoints } from "./endpoints.ts";

/** What an application has discovered about authorities, and what it uses to do so. */
export interface Discovery {
  readonly http: HttpClient;
  readonly options: AuthorityOptions;
  /** Endpoints that had to be requested, by authority URL. */
  readonly known: Map<string, Endpoints>;
  /** Discovery requests in progress: shared, and separate from token requests, which are cancelled one by one. */
  readonly flights: SingleFlight<Endpoints>;
  /** What Microsoft's discovery reported about the host of the application's authority. */
  cloud: Cloud | undefined;
}

/** The endpoints of an authority. Those that must be requested are requested once, or again after a failure. */
export function endpointsOf(
  discovery: Discovery,
  authority: Authority,
  call: NamedCall,
): Endpoints | Promise<Endpoints> {
  // Endpoints derived from the address are not cached: with a tenant for each call, the cache would grow without limit.
  return endpointsByAddress(authority) ?? discovery.known.get(authority.url) ?? discover(discovery, authority, call);
}

async function discover(discovery: Discovery, authority: Authority, call: NamedCall): Promise<Endpoints> {
  const { http, options, known, flights } = discovery;
  const fetchEndpoints = (own: NamedCall): Promise<Endpoints> => requestEndpoints(authority, options, http, own);
  const endpoints = await flights.join(authority.url, fetchEndpoints, call);
  known.set(authority.url, endpoints);
  discovery.cloud ??= endpoints.cloud;
  return endpoints;
}
