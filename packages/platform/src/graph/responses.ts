import { microsoftGraphAppId } from "../directory/wellKnown.ts";
import { randomGuid } from "../random.ts";
import type { Fault } from "./faults.ts";
import type { Answer, GraphContext } from "./route.ts";

/** The ids and the time that an answer's headers and its error body share. */
export interface AnswerIds {
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly nowMs: number;
}

export function answerIds(context: GraphContext, request: Request): AnswerIds {
  const requestId = randomGuid(context.random);
  const sent = request.headers.get("client-request-id") ?? "";
  return { requestId, clientRequestId: /^[\w.-]{1,64}$/.test(sent) ? sent : requestId, nowMs: context.clock.now() };
}

const jsonType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
/** Reached by Graph's real name, the token service has its real name, too. */
const realNames: Readonly<Record<string, string>> = {
  "https://graph.microsoft.com": "https://login.microsoftonline.com",
};
const exposed = "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id";
const diagnostic = JSON.stringify({
  ServerInfo: { DataCenter: "Local", Slice: "E", Ring: "0", ScaleUnit: "000", RoleInstance: "LATCHKEY" },
});

/** Header sets of the real service, seen in recorded traffic of 2022 to 2025. `origin` is what the caller used. */
export function toResponse(answer: Answer, ids: AnswerIds, cost: number, origin: string): Response {
  const headers = new Headers({
    "cache-control": "no-cache",
    "strict-transport-security": "max-age=31536000",
    "request-id": ids.requestId,
    "client-request-id": ids.clientRequestId,
    "x-ms-ags-diagnostic": diagnostic,
    "access-control-allow-origin": "*",
    "access-control-expose-headers": exposed,
    date: new Date(ids.nowMs).toUTCString(),
  });
  if (answer.kind !== "fault" || answer.status !== 401) {
    headers.set("x-ms-resource-unit", String(cost));
  }
  switch (answer.kind) {
    case "empty":
      return new Response(null, { status: 204, headers });
    case "text":
      headers.set("vary", "Accept-Encoding");
      headers.set("odata-version", "4.0");
      headers.set("content-type", "text/plain");
      return new Response(answer.text, { status: 200, headers });
    case "json":
      headers.set("vary", "Accept-Encoding");
      headers.set("odata-version", "4.0");
      headers.set("content-type", jsonType);
      if (answer.location !== undefined) {
        headers.set("location", answer.location);
      }
      return new Response(JSON.stringify(answer.body), { status: answer.status, headers });
    case "fault":
      headers.set("vary", "Accept-Encoding");
      headers.set("content-type", "application/json");
      if (answer.status === 401) {
        headers.set("www-authenticate", challenge(origin, answer.claims));
      }
      if (answer.location !== undefined) {
        headers.set("location", answer.location);
      }
      for (const [name, value] of Object.entries(answer.headers ?? {})) {
        headers.set(name, value);
      }
      return new Response(faultBody(answer, ids), { status: answer.status, headers });
  }
}

/** @see RFC 6750 section 3, https://learn.microsoft.com/entra/identity-platform/claims-challenge */
function challenge(origin: string, claims: string | undefined): string {
  const authorization = `${realNames[origin] ?? origin}/common/oauth2/authorize`;
  const bearer = `Bearer realm="", authorization_uri="${authorization}", client_id="${microsoftGraphAppId}"`;
  return claims === undefined
    ? bearer
    : `${bearer}, error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
}

function faultBody({ code, message, details }: Fault, ids: AnswerIds): string {
  const innerError = {
    date: new Date(ids.nowMs).toISOString().slice(0, 19),
    "request-id": ids.requestId,
    "client-request-id": ids.clientRequestId,
  };
  return JSON.stringify({ error: { code, message, ...(details.length > 0 ? { details } : {}), innerError } });
}
