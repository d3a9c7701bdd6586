import { Refusal } from "../aadsts/aadsts.ts";
import { ListenerError } from "../control/listeners.ts";
import { type Exchange, openExchange } from "../http/exchange.ts";
import type { PlainRequest } from "../http/plainHttp.ts";
import type { PlatformContext } from "./platformContext.ts";

/** Says in the log that an exception has ended the work on a request: a listener's, or a mistake of the platform's own. */
export function recordFailure(
  context: PlatformContext,
  request: PlainRequest,
  error: unknown,
): { readonly exchange: Exchange; readonly refusal: Refusal } {
  const exchange = openExchange(context, request);
  const message = error instanceof Error ? error.message : String(error);
  const why = error instanceof ListenerError ? message : `the platform itself failed: ${message}; please report it`;
  const refusal = new Refusal("50000", {}, why);
  const { method } = request;
  context.events.record({ type: "request", method, path: exchange.path, status: 500, why: refusal.why });
  return { exchange, refusal };
}
