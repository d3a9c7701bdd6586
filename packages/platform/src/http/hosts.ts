import type { Hosts, HttpContext } from "./context.ts";
import { jsonResponse, type Middleware } from "./plainHttp.ts";

/** Allows the loopback names with the platform's port, and the names in `further`: `name` (any port) or `name:port`. */
export function allowedHosts(port: number, further: readonly string[]): Hosts {
  const names = new Set(further.map((name) => name.toLowerCase()));
  for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
    names.add(`${name}:${port}`);
    if (port === 443) {
      names.add(name);
    }
  }
  return {
    isAllowed(host) {
      const lower = host.toLowerCase();
      return names.has(lower) || names.has(lower.replace(/:\d+$/, ""));
    },
  };
}

const scheme = "https://";

/**
 * Refuses requests for names that are not the platform's. By DNS rebinding, a page of any site could otherwise read
 * from it with the visitor's browser. @see RFC 9110 section 15.5.20
 */
export function refuseForeignHost(context: HttpContext): Middleware {
  return (request, next) => {
    const { origin, method, path } = request;
    const target = origin.startsWith(scheme) ? origin.slice(scheme.length) : "";
    // Without a socket there is no Host header, and only the URL says which host is meant.
    const host = request.headers.get("host") ?? target;
    const isOwn = isOwnHost(context, target);
    if (isOwn && (host === target || isOwnHost(context, host))) {
      return next(request);
    }
    const foreign = isOwn ? host : target;
    const why = `"${foreign}" is not a name of this platform; use ${context.url} or list the name in allowedHosts`;
    context.events.record({ type: "request", method, path, status: 421, why });
    return jsonResponse(421, { error: "misdirected_request", error_description: why });
  };
}

/** Whether a host, in the form of a `Host` header, is a name of this platform. */
function isOwnHost({ hosts }: HttpContext, host: string): boolean {
  // A host without a port means port 443.
  return hosts.isAllowed(/:\d+$/.test(host) ? host : `${host}:443`);
}
