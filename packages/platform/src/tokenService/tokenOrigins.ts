import type { Application } from "../directory/applications/applicationProperties.ts";
import type { PlainRequest, PlainResponse } from "../http/plainHttp.ts";
import type { TokenServiceContext } from "./context.ts";

/**
 * Whether any application has a redirect URI of the single-page platform on the request's origin: all that can be
 * checked before the body, which has the client id, is sent.
 */
export function isSinglePageOrigin({ directory }: TokenServiceContext, request: PlainRequest): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) {
    return false;
  }
  const rows = directory.database.all(
    "SELECT uri.value AS uri FROM application, json_each(application.document, '$.spa.redirectUris') AS uri",
  );
  return rows.some(({ uri }) => URL.parse(String(uri))?.origin === origin);
}

/** Like `isSinglePageOrigin`, for one application. */
export function isOriginOf({ spa }: Application, request: PlainRequest): boolean {
  const origin = request.headers.get("origin");
  return spa.redirectUris.some((uri) => URL.parse(uri)?.origin === origin);
}

/** Lets scripts of the request's origin read the response. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
export function shareWithOrigin(request: PlainRequest, response: PlainResponse): PlainResponse {
  const origin = request.headers.get("origin");
  if (origin === null) {
    return response;
  }
  const headers = {
    ...response.headers,
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "",
    "access-control-expose-headers": "Content-Length, Content-Encoding, x-ms-request-id",
    vary: "Origin",
  };
  return { ...response, headers };
}
