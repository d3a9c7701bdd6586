import { ConfigurationError, isErrorLike } from "../errors/errors.ts";

/** How runtimes report network failures in a TypeError without a system code: each in its own words. */
const networkMessages = /fetch|network|connect|load failed|request for url|terminated|stream|socket|body/i;
/** The message of Workers when a request uses another request's objects. */
const isolationMessages = /I\/O on behalf of a different|promise was created by a request/;
/** Node's codes for invalid arguments and headers. */
const invalidCode = /^ERR_(HTTP_)?INVALID/;

/** Whether an exception, by its structure, reports a mistake in a program and not a failing network or source. */
export function isProgramError(error: unknown): boolean {
  if (!isErrorLike(error)) {
    return false;
  }
  const { name, message, code, cause } = error;
  if (typeof code === "string") {
    return invalidCode.test(code);
  }
  if (isolationMessages.test(message) || name === "ReferenceError" || name === "SyntaxError") {
    return true;
  }
  return name === "TypeError" && (cause === undefined ? !networkMessages.test(message) : isProgramError(cause));
}

/** The error for a `fetch` that failed for other reasons than the network: retrying would change nothing. */
export function programError(host: string, cause: unknown, correlationId: string | undefined): ConfigurationError {
  return new ConfigurationError(`The request to ${host} could not be made: ${(cause as Error).message}`, {
    code: "invalid_options",
    remedy: "Look at the cause: the program, or the fetch that it passes, made a mistake; it is not a network failure.",
    correlationId,
    cause,
  });
}
