import type { AcquisitionContext } from "../acquisition/acquisition.ts";
import type { UserTokenContext } from "../acquisition/userTokenContext.ts";
import type { WatchContext } from "../telemetry/withTelemetry.ts";

/** What the flows of users take from the application. */
export interface FlowContext extends AcquisitionContext, UserTokenContext, WatchContext {}
