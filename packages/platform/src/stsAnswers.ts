import type { Refusal } from "./aadsts.ts";
import type { Exchange } from "./exchange.ts";
import type { PlatformContext } from "./platformContext.ts";
import { randomBase64url } from "./random.ts";

/**
 * The fixed headers of the token service, as recorded in public (2021-2022).
 *
 * `Strict-Transport-Security` is left out on purpose: a browser would apply it to every port of localhost, and so break
 * other people's plain-http development servers for a year.
 */
const fixedHeaders: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store, no-cache",
  Pragma: "no-cache",
  Expires: "-1",
  "X-Content-Type-Options": "nosniff",
  P3P: 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
  "x-ms-ests-server": "2.1.12651.9 - LATCHKEY LocalSlices",
  "X-XSS-Protection": "0",
};

const metadataHeaders: Readonly<Record<string, string>> = {
  "Cache-Control": "max-age=86400, private",
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, OPTIONS",
};

const monthMs = 30 * 86_400_000;

/** An answer of the token endpoints. */
export function answerJson(
  context: PlatformContext,
  exchange: Exchange,
  status: number,
  body: object,
  errorCode = 0,
): Response {
  const headers = commonHeaders(exchange);
  const expires = new Date(exchange.nowMs + monthMs).toUTCString();
  const fpc = randomBase64url(context.random, 16);
  headers.append("Set-Cookie", `fpc=${fpc}; expires=${expires}; path=/; secure; HttpOnly; SameSite=None`);
  headers.append("Set-Cookie", "x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly");
  headers.append("Set-Cookie", "stsservicecookie=estsfd; path=/; secure; samesite=none; httponly");
  if (exchange.sendsTelemetry) {
    headers.set("x-ms-clitelem", `1,${errorCode},0,,`);
  }
  return new Response(JSON.stringify(body), { status, headers });
}

/** An answer that anybody may read and keep for a day: discovery documents and keys. */
export function answerMetadata(exchange: Exchange, body: object): Response {
  const headers = commonHeaders(exchange);
  for (const [name, value] of Object.entries(metadataHeaders)) {
    headers.set(name, value);
  }
  headers.delete("Pragma");
  headers.delete("Expires");
  return new Response(JSON.stringify(body), { headers });
}

export function answerRefusal(context: PlatformContext, exchange: Exchange, refusal: Refusal): Response {
  const body = errorBody(context, exchange, refusal);
  return answerJson(context, exchange, refusal.status, body, refusal.code);
}

/** A refused discovery request: read by browsers' scripts as well, so it carries the same permission to. */
export function answerMetadataRefusal(context: PlatformContext, exchange: Exchange, refusal: Refusal): Response {
  const response = answerRefusal(context, exchange, refusal);
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Access-Control-Allow-Methods", "GET, OPTIONS");
  return response;
}

/** Members in the order of the real service. */
export function errorBody(context: PlatformContext, exchange: Exchange, refusal: Refusal): object {
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

export function errorDescription(context: PlatformContext, exchange: Exchange, refusal: Refusal): string {
  return [
    `AADSTS${refusal.code}: ${refusal.text}`,
    `Trace ID: ${exchange.traceId}`,
    `Correlation ID: ${exchange.correlationId}`,
    `Timestamp: ${wireTimestamp(exchange.nowMs)}`,
  ].join(context.wireProfile.errorTrailerSeparator);
}

export function errorUri(exchange: Exchange, refusal: Refusal): string {
  return `${exchange.base}/error?code=${refusal.code}`;
}

function wireTimestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

function commonHeaders(exchange: Exchange): Headers {
  const headers = new Headers(fixedHeaders);
  headers.set("Content-Type", "application/json; charset=utf-8");
  headers.set("x-ms-request-id", exchange.traceId);
  if (exchange.echoesCorrelationId) {
    headers.set("client-request-id", exchange.correlationId);
  }
  return headers;
}
