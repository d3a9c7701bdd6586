import type { AnswerHeaders } from "./http.ts";

/** A `Retry-After` header in milliseconds from now: delay-seconds or an HTTP date. @see RFC 9110 section 10.2.3 */
export function readRetryAfterMs(headers: AnswerHeaders, nowMs: number): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  const atMs = /^\d+$/.test(value) ? nowMs + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
