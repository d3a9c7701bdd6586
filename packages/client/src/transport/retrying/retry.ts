import { isAuthError, isErrorLike } from "../../errors/errors.ts";
import { signalOf } from "../../runtime/cancellation.ts";
import { randomFraction } from "../../runtime/random.ts";
import { type Call, describeCause, type HttpClient, type HttpResponse } from "../http.ts";
import { readRetryAfterMs } from "./retryAfter.ts";

/** The first retry waits up to this long, at random, and each further one up to twice as long as the previous one. */
const firstDelayMs = 500;
/** If asked to wait longer than this, the caller gets the error instead of a delay. */
const longestWaitMs = 10_000;

/**
 * Sends a request and retries it after temporary failures: at most `maxRetries` times, at random intervals, no earlier
 * than `Retry-After` says, and never starting later than the application's request timeout or the callers' own. A
 * request that is not safe to repeat is retried only if it was never sent.
 *
 * @see RFC 9110 section 9.2.2, section 10.2.3
 */
export async function withRetries<T extends HttpResponse>(
  http: HttpClient,
  call: Call,
  isRepeatable: boolean,
  isTransient: (response: T) => boolean,
  attempt: (retries: number) => Promise<T>,
): Promise<T> {
  const { clock, random, maxRetries } = http;
  const lastMs = clock.now() + http.requestTimeoutMs;
  for (let retries = 0; ; retries++) {
    let response: T | undefined;
    let failure: unknown;
    try {
      response = await attempt(retries);
      if (!isTransient(response)) {
        return response;
      }
    } catch (error) {
      failure = error;
    }
    const nowMs = clock.now();
    const retryAfterMs = (response && readRetryAfterMs(response.headers, nowMs)) ?? 0;
    const waitMs = Math.round(retryAfterMs + randomFraction(random) * firstDelayMs * 2 ** retries);
    const isRetryable = response ? isRepeatable : mayRecover(failure, isRepeatable);
    const inTime = retryAfterMs <= longestWaitMs && nowMs + waitMs < Math.min(lastMs, call.deadlineMs?.() ?? lastMs);
    if (retries >= maxRetries || !isRetryable || !inTime) {
      if (response) {
        return response;
      }
      throw failure;
    }
    await clock.sleep(waitMs, signalOf(call), call.isDetached);
  }
}

/** Codes of failures before a connection exists; if the system call is named, that decides. */
const connectErrorCodes =
  /^(E(CONNREFUSED|NOTFOUND|AI_|(HOST|NET)(UNREACH|DOWN)|ADDRNOTAVAIL)|UND_ERR_CONNECT|ERR_SOCKET_CONNECTION|ConnectionRefused|FailedToOpenSocket)/;
/** Failures without a code: a refused tunnel, an unfinished handshake, Deno's failure to connect. */
const connectErrorMessages =
  /^The proxy \S+ answered|before secure TLS connection was established|client error \(Connect\)/;
const permanentErrors = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|certificate|answered 407/;

/** Whether a request without a response may be repeated, and might then succeed. */
function mayRecover(failure: unknown, isRepeatable: boolean): boolean {
  if (!isAuthError(failure) || failure.name !== "NetworkError" || !failure.retryable) {
    return false;
  }
  return (
    !permanentErrors.test(describeCause(failure.cause).text) && (isRepeatable || failedBeforeSending(failure.cause))
  );
}

/** Whether a request failed before any of it was sent; of several attempts, whether all did. */
function failedBeforeSending(error: unknown, depth = 0): boolean {
  if (!isErrorLike(error) || depth > 8) {
    return false;
  }
  const { message, code, syscall, errors, cause } = error;
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((each) => failedBeforeSending(each, depth + 1));
  }
  const isConnectError =
    typeof syscall === "string" ? /^(connect|getaddrinfo|query)/.test(syscall) : connectErrorCodes.test(String(code));
  return isConnectError || connectErrorMessages.test(message) || failedBeforeSending(cause, depth + 1);
}
