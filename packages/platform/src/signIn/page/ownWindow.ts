import type { Endpoint } from "../../http/endpoint.ts";

/**
 * Cuts a page off from the window of another site that opened it: for pages where an administrator decides. Not for sign-in:
 * the popups of msal-browser 2 to 4 watch the window until it comes back, and to them one that is cut off has been closed.
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
