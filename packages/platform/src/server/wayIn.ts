import { answerControl } from "../control/api/answerControl.ts";
import { callResponseListeners } from "../control/callResponseListeners.ts";
import type { Controls } from "../control/controls.ts";
import { limitBody } from "../http/bodyLimit.ts";
import { refuseForeignHost } from "../http/foreignHost.ts";
import type { Handle, Middleware } from "../http/plainHttp.ts";
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
      callResponseListeners(context, controls),
      injectFaults(context, controls),
    ],
    openRooms(context),
  );
}

/** Lets the rules in force go wrong. Without rules a request passes untouched and unread. */
function injectFaults(context: PlatformContext, controls: Controls): Middleware {
  return (request, next) =>
    controls.faults.isEmpty
      ? next(request)
      : import("./later.ts").then(({ answerWithFaults }) => answerWithFaults(context, controls, request, next));
}

/** The steps in order, and what answers at their end. */
function inOrder(steps: readonly Middleware[], last: Handle): Handle {
  return steps.reduceRight<Handle>((next, step) => (request) => step(request, next), last);
}
