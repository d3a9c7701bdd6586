import type { PlainAnswer, PlainRequest } from "../../http/plainHttp.ts";
import type { InterceptedService } from "../../interception/names.ts";
import type { TokenServiceContext } from "../context.ts";

/** A route of the token service: one file in this folder, one line in `endpoints.ts`. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "ALL";
  /** In hono's form; `:tenant` is the first segment, and a `*` at the end whatever comes below. */
  readonly path: string;
  readonly handle: (
    context: TokenServiceContext,
    request: Request,
    pathParameters: Readonly<Record<string, string>>,
  ) => Response | PlainAnswer | Promise<Response | PlainAnswer>;
}

/** A route that clients ask before anything else, and often: its line is in `plainEndpoints.ts`. */
export interface PlainEndpoint extends Endpoint {
  readonly method: "GET" | "POST";
  /** What it is part of in reality. Default `login`. */
  readonly service?: InterceptedService;
  readonly handle: (
    context: TokenServiceContext,
    request: PlainRequest,
    pathParameters: Readonly<Record<string, string>>,
  ) => PlainAnswer | Promise<PlainAnswer>;
}
