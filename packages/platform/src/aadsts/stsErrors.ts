import { randomBase64url } from "../core/random.ts";
import type { BareExchange } from "../http/exchange.ts";
import type { PlainResponse } from "../http/plainHttp.ts";
import type { Refusal } from "./aadsts.ts";
import type { AadstsContext } from "./context.ts";

/**
 * The fixed headers of the token service, as recorded in public (2021-2022).
 *
 * `Strict-Transport-Security` is left out on purpose: a browser would apply it to every port of localhost and break
 * plain-http development servers for a year.
 */
const fixedHeaders = {
  "cache-control": "no-store, no-cache",
  pragma: "no-cache",
  expires: "-1",
  "x-content-type-options": "nosniff",
  p3p: 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
  "x-ms-ests-server": "2.1.12651.9 - LATCHKEY LocalSlices",
  "x-xss-protection": "0",
  "content-type": "application/json; charset=utf-8",
};

const publicHeaders = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, OPTIONS",
};

const monthMs = 30 * 86_400_000;

/** A JSON response of the token endpoints. */
export function answerJson(
  context: AadstsContext,
  exchange: BareExchange,
  status: number,
  body: object,
  errorCode = 0,
): PlainResponse {
  const expires = new Date(exchange.nowMs + monthMs).toUTCString();
  const fpc = randomBase64url(context.random, 16);
  return {
    status,
    headers: {
      ...fixedHeaders,
      ...exchangeHeaders(exchange),
      "set-cookie": [
        `fpc=${fpc}; expires=${expires}; path=/; secure; HttpOnly; SameSite=None`,
        "x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly",
        "stsservicecookie=estsfd; path=/; secure; samesite=none; httponly",
      ],
      ...(exchange.sendsTelemetry ? { "x-ms-clitelem": `1,${errorCode},0,,` } : undefined),
    },
    body: JSON.stringify(body),
  };
}

/** A public response that clients may cache for a day: discovery documents and keys. */
export function answerMetadata(exchange: BareExchange, body: object): PlainResponse {
  const { pragma: _, expires: __, ...headers } = fixedHeaders;
  return {
    status: 200,
    headers: {
      ...headers,
      ...exchangeHeaders(exchange),
      ...publicHeaders,
      "cache-control": "max-age=86400, private",
    },
    body: JSON.stringify(body),
  };
}

export function answerRefusal(context: AadstsContext, exchange: BareExchange, refusal: Refusal): PlainResponse {
  const body = errorBody(context, exchange, refusal);
  return answerJson(context, exchange, refusal.status, body, refusal.code);
}

/** A refused discovery request. Browser scripts read it too, so it has the same CORS headers. */
export function answerMetadataRefusal(context: AadstsContext, exchange: BareExchange, refusal: Refusal): PlainResponse {
  return shareWithAll(answerRefusal(context, exchange, refusal));
}

/** Lets scripts of any site read the response. */
export function shareWithAll(response: PlainResponse): PlainResponse {
  return { ...response, headers: { ...response.headers, ...publicHeaders } };
}

/** What an error reports about its exchange. */
type ErrorTrail = Pick<BareExchange, "base" | "traceId" | "correlationId" | "nowMs">;

/** The members are in the order of the real service. */
export function errorBody(context: AadstsContext, exchange: ErrorTrail, refusal: Refusal): object {
  return {
    error: refusal.error,
    error_description: errorDescription(context, exchange, refusal),
    error_codes: [refusal.code],
    timestamp: wireTimestamp(exchange.nowMs),
    trace_id: exchange.traceId,
    correlation_id: exchange.correlationId,
    ...(refusal.hasErrorUri ? { error_uri: errorUri(exchange, refusal) } : {}),
    ...(refusal.suberror === undefined ? {} : { suberror: refusal.suberror }),
    ...(refusal.claims === undefined ? {} : { claims: refusal.claims }),
  };
}

export function errorDescription(context: AadstsContext, exchange: ErrorTrail, refusal: Refusal): string {
  return [
    `AADSTS${refusal.code}: ${refusal.text}`,
    `Trace ID: ${exchange.traceId}`,
    `Correlation ID: ${exchange.correlationId}`,
    `Timestamp: ${wireTimestamp(exchange.nowMs)}`,
  ].join(context.wireProfile.errorTrailerSeparator);
}

export function errorUri(exchange: Pick<ErrorTrail, "base">, refusal: Refusal): string {
  return `${exchange.base}/error?code=${refusal.code}`;
}

function wireTimestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** The headers that differ between exchanges. */
function exchangeHeaders(exchange: BareExchange): PlainResponse["headers"] {
  return exchange.echoesCorrelationId
    ? { "x-ms-request-id": exchange.traceId, "client-request-id": exchange.correlationId }
    : { "x-ms-request-id": exchange.traceId };
}
