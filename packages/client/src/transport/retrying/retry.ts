import { isAuthError, isErrorLike } from "../../errors/errors.ts";
import { signalOf } from "../../runtime/cancellation.ts";
import { randomFraction } from "../../runtime/random.ts";
import { type Call, describeCause, type HttpClient, type HttpResponse } from "../http.ts";
import { readRetryAfterMs } from "./retryAfter.ts";

/** The first repetition waits up to this long, at random, and each further one up to twice as long as the one before. */
const firstDelayMs = 500;
/** Who is asked to wait longer than this is told, instead of being kept waiting. */
const longestWaitMs = 10_000;

/**
 * Sends a request and, after passing trouble, sends it again: at most `maxRetries` times, at random intervals, as late
 * as `Retry-After` says, and never beginning later than the application's deadline for one request or the callers' own. A
 * request that does more when it arrives twice is not repeatable: it is sent again where it never left.
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
    const helps = response ? isRepeatable : mayRecover(failure, isRepeatable);
    const inTime = retryAfterMs <= longestWaitMs && nowMs + waitMs < Math.min(lastMs, call.deadlineMs?.() ?? lastMs);
    if (retries >= maxRetries || !helps || !inTime) {
      if (response) {
        return response;
      }
      throw failure;
    }
    await clock.sleep(waitMs, signalOf(call), call.isDetached);
  }
}

/** How runtimes call what fails before there is a connection; where the system call is named, that decides. */
const connectErrorCodes =
  /^(E(CONNREFUSED|NOTFOUND|AI_|(HOST|NET)(UNREACH|DOWN)|ADDRNOTAVAIL)|UND_ERR_CONNECT|ERR_SOCKET_CONNECTION|ConnectionRefused|FailedToOpenSocket)/;
/** What is told in words alone: a tunnel that was refused, a handshake that did not end, Deno's failure to connect. */
const connectErrorMessages =
  /^The proxy \S+ answered|before secure TLS connection was established|client error \(Connect\)/;
const permanentErrors = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|certificate|answered 407/;

/** Whether a request that got no answer may be sent again, and might get one then. */
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
