import type { Handle, PlainAnswer, PlainRequest } from "../../http/plainHttp.ts";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import { applyFault } from "./applyFault.ts";
import { graphErrorAnswer } from "./graphErrorAnswer.ts";
import { readRequestFacts } from "./requestFacts.ts";
import { stsErrorAnswer } from "./stsErrorAnswer.ts";

/** Answers as the first rule wants that fits the request, or as without rules. */
export async function answerOrFail(
  context: ControlContext,
  controls: Controls,
  request: PlainRequest,
  next: Handle,
): Promise<PlainAnswer> {
  const facts = await readRequestFacts(context.directory, request);
  const fault = controls.faults.take(facts);
  if (fault === undefined) {
    return next(request);
  }
  const errorAnswer = facts.endpoint === "graph" || facts.endpoint === "arm" ? graphErrorAnswer : stsErrorAnswer;
  return applyFault(context, controls, fault, facts, {
    answer: () => next(request),
    fail: (why) => errorAnswer(context, request, facts, fault, why),
    cut: request.cut,
  });
}
