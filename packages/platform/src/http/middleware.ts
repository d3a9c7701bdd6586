import type { Handle, PlainAnswer, PlainRequest } from "./plainHttp.ts";

/** A step on the way of every request: answers it, or hands it to the next one. */
export type Middleware = (request: PlainRequest, next: Handle) => PlainAnswer | Promise<PlainAnswer>;

/** The steps in order, and what answers at their end. */
export function inOrder(steps: readonly Middleware[], last: Handle): Handle {
  return steps.reduceRight<Handle>((next, step) => (request) => step(request, next), last);
}
