import type { AcquisitionContext } from "../acquisition/acquisition.ts";
import type { UserTokenContext } from "../acquisition/userTokenContext.ts";
import type { WatchContext } from "../telemetry/withTelemetry.ts";

/** What user flows need from the application. */
export interface FlowContext extends AcquisitionContext, UserTokenContext, WatchContext {}
