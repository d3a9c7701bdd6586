import { randomGuid } from "../../core/random.ts";
import { microsoftGraphAppId } from "../../directory/wellKnown.ts";
import type { PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import type { GraphContext } from "../context.ts";
import type { GraphError } from "./graphErrors/graphError.ts";
import type { GraphResponse } from "./route.ts";

/** The ids and the time shared by a response's headers and its error body. */
export interface ResponseIds {
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly nowMs: number;
}

export function responseIds(context: GraphContext, request: Pick<PlainRequest, "headers">): ResponseIds {
  const requestId = randomGuid(context.random);
  const sent = request.headers.get("client-request-id") ?? "";
  return { requestId, clientRequestId: /^[\w.-]{1,64}$/.test(sent) ? sent : requestId, nowMs: context.clock.now() };
}

const jsonType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
const successHeaders = { vary: "Accept-Encoding", "odata-version": "4.0" };
/** A request to Graph's real host is referred to the real host of the token service. */
const realTokenServices: Readonly<Record<string, string>> = {
  "https://graph.microsoft.com": "https://login.microsoftonline.com",
};
const exposedHeaders = "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id";
const diagnostic = JSON.stringify({
  ServerInfo: { DataCenter: "Local", Slice: "E", Ring: "0", ScaleUnit: "000", RoleInstance: "LATCHKEY" },
});

/** The headers are those of the real service, from traffic recorded in 2022 to 2025. */
export function plainResponse(response: GraphResponse, ids: ResponseIds, cost: number): PlainResponse {
  const headers = { ...commonHeaders(ids), ...costHeader(cost) };
  switch (response.kind) {
    case "empty":
      return { status: 204, headers, body: null };
    case "text":
      return {
        status: 200,
        headers: { ...headers, ...successHeaders, "content-type": "text/plain" },
        body: response.text,
      };
    case "json": {
      const jsonHeaders = {
        ...headers,
        ...successHeaders,
        "content-type": jsonType,
        ...locationHeader(response.location),
      };
      return { status: response.status, headers: jsonHeaders, body: JSON.stringify(response.body) };
    }
  }
}

/** As `plainResponse`, for an error. `origin`: the one the caller used. */
export function plainError(error: GraphError, ids: ResponseIds, cost: number, origin: string): PlainResponse {
  const headers = {
    ...commonHeaders(ids),
    ...(error.status === 401 ? {} : costHeader(cost)),
    vary: "Accept-Encoding",
    "content-type": "application/json",
    ...(error.status === 401 ? { "www-authenticate": challenge(origin, error.claims) } : {}),
    ...locationHeader(error.location),
    ...error.headers,
  };
  return { status: error.status, headers, body: errorBody(error, ids) };
}

function commonHeaders({ requestId, clientRequestId, nowMs }: ResponseIds): Readonly<Record<string, string>> {
  return {
    "cache-control": "no-cache",
    "strict-transport-security": "max-age=31536000",
    "request-id": requestId,
    "client-request-id": clientRequestId,
    "x-ms-ags-diagnostic": diagnostic,
    "access-control-allow-origin": "*",
    "access-control-expose-headers": exposedHeaders,
    date: new Date(nowMs).toUTCString(),
  };
}

function costHeader(cost: number): Readonly<Record<string, string>> {
  return { "x-ms-resource-unit": String(cost) };
}

function locationHeader(location: string | undefined): { readonly location?: string } {
  return location === undefined ? {} : { location };
}

/** @see RFC 6750 section 3, https://learn.microsoft.com/entra/identity-platform/claims-challenge */
function challenge(origin: string, claims: string | undefined): string {
  const authorization = `${realTokenServices[origin] ?? origin}/common/oauth2/authorize`;
  const bearer = `Bearer realm="", authorization_uri="${authorization}", client_id="${microsoftGraphAppId}"`;
  return claims === undefined
    ? bearer
    : `${bearer}, error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
}

function errorBody({ code, message, details }: GraphError, ids: ResponseIds): string {
  const innerError = {
    date: new Date(ids.nowMs).toISOString().slice(0, 19),
    "request-id": ids.requestId,
    "client-request-id": ids.clientRequestId,
  };
  return JSON.stringify({ error: { code, message, ...(details.length > 0 ? { details } : {}), innerError } });
}

/** The response to a browser's preflight request. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
export function preflight(): PlainResponse {
  return {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, POST, PATCH, PUT, DELETE",
      "access-control-allow-headers":
        "Authorization, Content-Type, ConsistencyLevel, Prefer, client-request-id, SdkVersion",
      "access-control-max-age": "600",
    },
    body: null,
  };
}
