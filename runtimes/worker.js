// workerd runs this.
import { smoke } from "./smoke.js";

export default {
  /** @type {(request: Request, environment: unknown, context: { waitUntil(work: Promise<unknown>): void }) => Promise<Response>} */
  fetch: async (_request, _environment, context) => Response.json(await smoke((work) => context.waitUntil(work))),
};
