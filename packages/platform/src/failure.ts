import { refuse } from "./aadsts.ts";
import { openExchange } from "./exchange.ts";
import { ListenerError } from "./listeners.ts";
import type { PlainAnswer, PlainRequest } from "./plainHttp.ts";
import type { PlatformContext } from "./platformContext.ts";
import { answerRefusal } from "./stsAnswers.ts";

/** The answer when an exception has ended the work on a request: a listener's, or a mistake of the platform's own. */
export function answerFailure(context: PlatformContext, request: PlainRequest, error: unknown): PlainAnswer {
  const exchange = openExchange(context, request);
  const message = error instanceof Error ? error.message : String(error);
  const why = error instanceof ListenerError ? message : `the platform itself failed: ${message}; please report it`;
  const refusal = refuse("50000", {}, why);
  const { method } = request;
  context.events.record({ type: "request", method, path: exchange.url.pathname, status: 500, why: refusal.why });
  return answerRefusal(context, exchange, refusal);
}
