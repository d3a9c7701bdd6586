import { answerControl } from "../control/api/answerControl.ts";
import type { Controls } from "../control/controls.ts";
import { offerResponse } from "../control/offerResponse.ts";
import { limitBody } from "../http/bodyLimit.ts";
import { refuseForeignHost } from "../http/foreignHost.ts";
import { inOrder, type Middleware } from "../http/middleware.ts";
import type { Handle } from "../http/plainHttp.ts";
import { answerFailures } from "./failure.ts";
import type { PlatformContext } from "./platformContext.ts";
import { openRooms } from "./rooms.ts";

/** The one way into the platform, from a socket and from `fetch`. */
export function openWayIn(context: PlatformContext, controls: Controls): Handle {
  return inOrder(
    [
      answerFailures(context),
      refuseForeignHost(context),
      limitBody,
      // Before faults and listeners: what they do must always be possible to undo.
      answerControl(context, controls),
      offerResponse(context, controls),
      injectFaults(context, controls),
      // A listener is shown a failure as well.
      answerFailures(context),
    ],
    openRooms(context),
  );
}

/** Lets the rules in force go wrong. Without rules a request passes untouched and unread. */
function injectFaults(context: PlatformContext, controls: Controls): Middleware {
  return async (request, next) => {
    if (controls.faults.isEmpty) {
      return next(request);
    }
    const { answerOrFail } = await import("./later.ts");
    return answerOrFail(context, controls, request, next);
  };
}
