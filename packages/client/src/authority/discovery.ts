import type { HttpClient, NamedCall } from "../transport/http.ts";
import type { SingleFlight } from "../transport/singleFlight.ts";
import type { Authority, AuthorityOptions } from "./authority.ts";
import type { Cloud } from "./clouds.ts";
import { type Endpoints, endpointsByAddress, requestEndpoints } from "./endpoints.ts";

/** What an application has been told about authorities, and what it asks them with. */
export interface Discovery {
  readonly http: HttpClient;
  readonly options: AuthorityOptions;
  /** Endpoints that had to be asked for, by authority address. */
  readonly known: Map<string, Endpoints>;
  /** The asking: shared, and apart from the token requests, which may be given up one by one. */
  readonly flights: SingleFlight<Endpoints>;
  /** What Microsoft said of the host of the application's authority, once it was asked. */
  cloud: Cloud | undefined;
}

/** The endpoints of an authority: those that have to be asked for are, once, and again after a failure. */
export function endpointsOf(
  discovery: Discovery,
  authority: Authority,
  call: NamedCall,
): Endpoints | Promise<Endpoints> {
  // Nothing to keep of the former: with a tenant for each call, what is kept would grow without end.
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
