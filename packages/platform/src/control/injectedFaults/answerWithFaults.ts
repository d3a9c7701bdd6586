import type { Handle, PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import { applyFault } from "./applyFault.ts";
import { graphErrorResponse } from "./graphErrorResponse.ts";
import { readRequestFacts } from "./requestFacts.ts";
import { stsErrorResponse } from "./stsErrorResponse.ts";

/** Applies the first fault rule that matches the request, or else answers it normally. */
export async function answerWithFaults(
  context: ControlContext,
  controls: Controls,
  request: PlainRequest,
  next: Handle,
): Promise<PlainResponse> {
  const facts = await readRequestFacts(context.directory, request);
  const fault = controls.faults.take(facts);
  if (fault === undefined) {
    return next(request);
  }
  const errorResponse = facts.endpoint === "graph" || facts.endpoint === "arm" ? graphErrorResponse : stsErrorResponse;
  return applyFault(context, controls, fault, facts, {
    answer: () => next(request),
    fail: (why) => errorResponse(context, request, facts, fault, why),
    cut: request.cut,
  });
}
