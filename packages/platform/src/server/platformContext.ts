import type { AzureContext } from "../azure/context.ts";
import type { ControlContext } from "../control/context.ts";
import type { GraphContext } from "../graph/context.ts";
import type { PortalContext } from "../portal/context.ts";
import type { Signing } from "../signing/tokens.ts";
import type { TokenServiceContext } from "../tokenService/context.ts";

/** What one running platform has: all that its rooms need. Each room says in its `context.ts` what it takes of it. */
export interface PlatformContext
  extends TokenServiceContext,
    GraphContext,
    AzureContext,
    PortalContext,
    ControlContext {
  readonly signing: Signing;
}
