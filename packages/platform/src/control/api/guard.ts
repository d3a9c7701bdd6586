import { isSameSecret } from "../../core/secret.ts";
import type { PlainRequest } from "../../http/plainHttp.ts";
import { interceptedNames } from "../../interception/names.ts";

/** A refused request to the control API. */
export interface ControlRefusal {
  readonly status: 401 | 403 | 404;
  readonly error: string;
  readonly why: string;
}

/** Runs before the token check, so that a page of another site cannot find out whether a token is right. */
export function foreignPageRefusal(request: PlainRequest): ControlRefusal | undefined {
  const { hostname } = new URL(request.url);
  if (interceptedNames.has(hostname)) {
    return { status: 404, error: "not_found", why: `${hostname} has no control API; use the platform's own URL` };
  }
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (origin !== null && origin !== request.origin) {
    return { status: 403, error: "forbidden", why: `the control API does not serve pages of ${origin}` };
  }
  // Another port of localhost is the same site to a browser, but not the same origin.
  return site === null || site === "same-origin" || site === "none"
    ? undefined
    : { status: 403, error: "forbidden", why: `the control API does not serve other pages (Sec-Fetch-Site: ${site})` };
}

export function tokenRefusal(request: PlainRequest, token: string): ControlRefusal | undefined {
  const presented = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (presented === undefined) {
    const why =
      "the control API needs Authorization: Bearer with the control token, which is printed when the platform starts";
    return { status: 401, error: "unauthorized", why };
  }
  return isSameSecret(presented, token)
    ? undefined
    : {
        status: 401,
        error: "unauthorized",
        why: "the control token is wrong; each start of the platform prints a new one",
      };
}
