import type { AzureContext } from "../azure/context.ts";
import type { ControlContext } from "../control/context.ts";
import type { GraphContext } from "../graph/context.ts";
import type { PortalContext } from "../portal/context.ts";
import type { Signing } from "../signing/tokens.ts";
import type { TokenServiceContext } from "../tokenService/context.ts";

/** Everything that the rooms of a running platform need. Each room declares its part in its `context.ts`. */
export interface PlatformContext
  extends TokenServiceContext,
    GraphContext,
    AzureContext,
    PortalContext,
    ControlContext {
  readonly signing: Signing;
}
