import type { Endpoint } from "../../http/endpoint.ts";

/**
 * Isolates a page from the window of another site that opened it: for pages where an administrator decides. Not for
 * sign-in: the popups of msal-browser 2 to 4 watch the window, and treat an isolated one as closed.
 * @see https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies
 */
export function inOwnWindow<Context>(endpoint: Endpoint<Context>): Endpoint<Context> {
  return {
    ...endpoint,
    async handle(context, request, parameters) {
      const response = await endpoint.handle(context, request, parameters);
      return { ...response, headers: { ...response.headers, "cross-origin-opener-policy": "same-origin" } };
    },
  };
}
