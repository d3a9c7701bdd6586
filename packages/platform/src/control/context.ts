import type { GraphContext } from "../graph/context.ts";
import type { Signing } from "../signing/tokens.ts";
import type { TokenServiceContext } from "../tokenService/context.ts";

/** What the control API needs from the platform: an injected fault looks like an error of the service it happens in. */
export interface ControlContext extends TokenServiceContext, GraphContext {
  readonly signing: Signing;
}
