import type { MiddlewareHandler } from "hono";
import type { PlatformContext } from "./platformContext.ts";

/**
 * Refuses requests for names that are not the platform's: by DNS rebinding, a page of any site could otherwise read
 * from it with the visitor's browser. @see RFC 9110 section 15.5.20
 */
export function refuseForeignHost(context: PlatformContext): MiddlewareHandler {
  return async (c, next) => {
    const url = new URL(c.req.url);
    const named = [url.host, c.req.header("host") ?? url.host];
    const foreign = named.find((host) => !context.hosts.isAllowed(withPort(host, url)));
    if (foreign === undefined) {
      await next();
      return undefined;
    }
    const why = `"${foreign}" is not a name of this platform; use ${context.url} or list the name in allowedHosts`;
    context.events.record({ type: "request", method: c.req.method, path: url.pathname, status: 421, why });
    return c.json({ error: "misdirected_request", error_description: why }, 421);
  };
}

/** A URL drops its scheme's own port; the list of names has it. */
function withPort(host: string, url: URL): string {
  return /:\d+$/.test(host) || url.protocol !== "https:" ? host : `${host}:443`;
}
