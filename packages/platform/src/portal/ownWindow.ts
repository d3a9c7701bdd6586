import type { MiddlewareHandler } from "hono";

/** Where an administrator decides. */
export const administratorPaths: readonly string[] = [
  "/portal/*",
  "/:tenant/adminconsent",
  "/:tenant/v2.0/adminconsent",
];

/**
 * Cuts a page off from the window of another site that opened it. Not for sign-in: the popups of msal-browser 2 to 4 watch
 * the window until it comes back, and to them one that is cut off has been closed.
 * @see https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies
 */
export const ownWindow: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("Cross-Origin-Opener-Policy", "same-origin");
};
