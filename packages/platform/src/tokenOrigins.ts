import type { Application } from "./directory/applicationProperties.ts";
import type { PlatformContext } from "./platformContext.ts";

/**
 * Whether some application has a redirect URI of the single-page platform on the origin of the request: what can be
 * told before the body, with the client's name in it, is sent.
 */
export function isSinglePageOrigin({ directory }: PlatformContext, request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) {
    return false;
  }
  const rows = directory.database.all(
    "SELECT uri.value AS uri FROM application, json_each(application.document, '$.spa.redirectUris') AS uri",
  );
  return rows.some(({ uri }) => URL.parse(String(uri))?.origin === origin);
}

/** As `isSinglePageOrigin`, for one application. */
export function isOriginOf({ spa }: Application, request: Request): boolean {
  const origin = request.headers.get("origin");
  return spa.redirectUris.some((uri) => URL.parse(uri)?.origin === origin);
}

/** Lets a script of the request's origin read the answer. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
export function shareWithOrigin(request: Request, response: Response): Response {
  const origin = request.headers.get("origin");
  if (origin !== null) {
    response.headers.set("Access-Control-Allow-Origin", origin);
    response.headers.set("Access-Control-Allow-Methods", "POST, OPTIONS");
    response.headers.set("Access-Control-Allow-Headers", request.headers.get("access-control-request-headers") ?? "");
    response.headers.set("Access-Control-Expose-Headers", "Content-Length, Content-Encoding, x-ms-request-id");
    response.headers.append("Vary", "Origin");
  }
  return response;
}
