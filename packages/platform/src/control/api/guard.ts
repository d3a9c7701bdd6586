import { isSameSecret } from "../../core/secret.ts";
import type { PlainRequest } from "../../http/plainHttp.ts";
import { interceptedNames } from "../../interception/names.ts";

/** Why a request may not use the control API. */
export interface Refused {
  readonly status: 401 | 403 | 404;
  readonly error: string;
  readonly why: string;
}

/** Judged before the token, so that a page of another site does not even learn whether a token is right. */
export function refuseForeignPage(request: PlainRequest): Refused | undefined {
  const { hostname } = new URL(request.url);
  if (interceptedNames.has(hostname)) {
    return { status: 404, error: "not_found", why: `${hostname} has no control API; use the platform's own URL` };
  }
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (origin !== null && origin !== request.origin) {
    return { status: 403, error: "forbidden", why: `the control API is not for pages of ${origin}` };
  }
  // Another port of localhost is the same site to a browser, but not the same origin.
  return site === null || site === "same-origin" || site === "none"
    ? undefined
    : { status: 403, error: "forbidden", why: `the control API is not for other pages (Sec-Fetch-Site: ${site})` };
}

export function refuseWithoutToken(request: PlainRequest, token: string): Refused | undefined {
  const presented = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (presented === undefined) {
    const why = "the control API needs Authorization: Bearer with the token that was printed at the start";
    return { status: 401, error: "unauthorized", why };
  }
  return isSameSecret(presented, token)
    ? undefined
    : { status: 401, error: "unauthorized", why: "the control token is not that of this start of the platform" };
}
