import { Refusal } from "../aadsts/aadsts.ts";
import { answerRefusal } from "../aadsts/stsErrors.ts";
import { answerControl } from "../control/api/answerControl.ts";
import { callResponseListeners } from "../control/callResponseListeners.ts";
import type { Controls } from "../control/controls.ts";
import { ListenerError } from "../control/listeners.ts";
import { limitBody } from "../http/bodyLimit.ts";
import { openExchange } from "../http/exchange.ts";
import { refuseForeignHost } from "../http/hosts.ts";
import type { Handle, Middleware, PlainRequest, PlainResponse } from "../http/plainHttp.ts";
import type { PlatformContext } from "./platformContext.ts";

/** Every request to the platform, from a socket or from `fetch`, goes through these steps and then to `rooms`. */
export function openWayIn(context: PlatformContext, controls: Controls, rooms: Handle): Handle {
  return inOrder(
    [
      answerFailures(context),
      refuseForeignHost(context),
      limitBody,
      // Before faults and listeners, so that a test can always undo them.
      answerControl(context, controls),
      callResponseListeners(context, controls),
      injectFaults(context, controls),
      // Again, so that listeners see the response to a failure too.
      answerFailures(context),
    ],
    rooms,
  );
}

/** Applies the fault rules in force. Without rules the body of a request is not read. */
function injectFaults(context: PlatformContext, controls: Controls): Middleware {
  return (request, next) =>
    controls.faults.isEmpty
      ? next(request)
      : import("./later.ts").then(({ answerWithFaults }) => answerWithFaults(context, controls, request, next));
}

/** Answers a request whose handling threw: a listener failed, or the platform has a bug. */
function answerFailures(context: PlatformContext): Middleware {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (error) {
      return answerFailure(context, request, error);
    }
  };
}

/** Logs the failure and returns it as JSON, or as a page if the request accepts HTML. */
async function answerFailure(context: PlatformContext, request: PlainRequest, error: unknown): Promise<PlainResponse> {
  const exchange = openExchange(context, request);
  const message = error instanceof Error ? error.message : String(error);
  const why = error instanceof ListenerError ? message : `the platform itself failed: ${message}; please report it`;
  const refusal = new Refusal("50000", {}, why);
  const { method, path } = request;
  context.events.record({ type: "request", method, path, status: 500, why });
  if (request.headers.get("accept")?.includes("text/html") !== true) {
    return answerRefusal(context, exchange, refusal);
  }
  const { errorPage } = await import("./later.ts");
  return errorPage(context, exchange, refusal);
}

/** Runs the steps in order, and `last` after them. */
function inOrder(steps: readonly Middleware[], last: Handle): Handle {
  return steps.reduceRight<Handle>((next, step) => (request) => step(request, next), last);
}
