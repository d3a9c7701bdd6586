import { Refusal } from "../aadsts/aadsts.ts";
import { answerRefusal } from "../aadsts/stsErrors.ts";
import { ListenerError } from "../control/listeners.ts";
import { type Exchange, openExchange } from "../http/exchange.ts";
import type { Middleware, PlainRequest, PlainResponse } from "../http/plainHttp.ts";
import type { PlatformContext } from "./platformContext.ts";

/** Answers where an exception has ended the work on a request: a listener's, or a mistake of the platform's own. */
export function answerFailures(context: PlatformContext): Middleware {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (error) {
      return answerFailure(context, request, error);
    }
  };
}

/** Says in the log what has failed, and answers with it: as a page to somebody with a browser. */
export async function answerFailure(
  context: PlatformContext,
  request: PlainRequest,
  error: unknown,
): Promise<PlainResponse> {
  const { exchange, refusal } = recordFailure(context, request, error);
  if (request.headers.get("accept")?.includes("text/html") !== true) {
    return answerRefusal(context, exchange, refusal);
  }
  const { errorPage } = await import("./later.ts");
  return errorPage(context, exchange, refusal);
}

function recordFailure(
  context: PlatformContext,
  request: PlainRequest,
  error: unknown,
): { readonly exchange: Exchange; readonly refusal: Refusal } {
  const exchange = openExchange(context, request);
  const message = error instanceof Error ? error.message : String(error);
  const why = error instanceof ListenerError ? message : `the platform itself failed: ${message}; please report it`;
  const refusal = new Refusal("50000", {}, why);
  const { method, path } = request;
  context.events.record({ type: "request", method, path, status: 500, why: refusal.why });
  return { exchange, refusal };
}
