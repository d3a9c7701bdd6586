import type { Endpoint as EndpointOf } from "../../http/endpoint.ts";
import type { TokenServiceContext } from "../context.ts";

/** A path of the token service: one file in this folder, one line in `endpoints.ts` or `signInEndpoints.ts`. */
export type Endpoint = EndpointOf<TokenServiceContext>;
