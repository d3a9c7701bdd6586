// workerd runs this.
import { atOnce } from "./atOnce.js";
import { smoke } from "./smoke.js";

export default {
  /** @type {(request: Request, environment: unknown, context: { waitUntil(work: Promise<unknown>): void }) => Promise<Response>} */
  fetch: async (request, _environment, context) =>
    Response.json(
      new URL(request.url).pathname === "/at-once" ? await atOnce() : await smoke((work) => context.waitUntil(work)),
    ),
};
