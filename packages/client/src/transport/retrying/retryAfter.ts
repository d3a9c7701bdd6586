import type { ResponseHeaders } from "../../api/fetch.ts";
import { longestTimerMs } from "../../runtime/clock.ts";

/**
 * A `Retry-After` header in milliseconds from now, at most what `setTimeout` accepts: seconds, possibly with fractions,
 * or an HTTP date, which is compared with the response's own `Date` if present, since our clock may differ. `undefined`
 * for anything else. @see RFC 9110 section 10.2.3
 */
export function readRetryAfterMs(headers: ResponseHeaders, nowMs: number): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  const delayMs = readDecimal(value) * 1000;
  const ms = Number.isNaN(delayMs)
    ? parseHttpDate(value) - (parseHttpDate(headers.get("date") ?? "") || nowMs)
    : delayMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, Math.ceil(ms)), longestTimerMs);
}

/** A number without sign, exponent or blanks; `NaN` for anything else. */
export function readDecimal(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * An HTTP date in any of its three forms, in epoch milliseconds; `NaN` for anything else. @see RFC 9110 section 5.6.7
 */
export function parseHttpDate(text: string): number {
  // `Date.parse` treats other texts differently, and the asctime form has no time zone.
  const isHttpDate = /^[a-z]+,? [\w -]{6,11} [\d:]{8} (GMT|\d{4})$/i.test(text);
  return isHttpDate ? Date.parse(`${text.replace(" GMT", "").replaceAll("-", " ")} GMT`) : Number.NaN;
}
