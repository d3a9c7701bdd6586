import type { GraphContext } from "../graph/context.ts";
import type { Signing } from "../signing/tokens.ts";
import type { TokenServiceContext } from "../tokenService/context.ts";

/** What control needs of the platform: an injected fault has the shape of the service that it happens to. */
export interface ControlContext extends TokenServiceContext, GraphContext {
  readonly signing: Signing;
}
