import { ConfigurationError, isErrorLike } from "../errors/errors.ts";

/** How runtimes tell of a dead network in a TypeError without a system's code: each in words of its own. */
const networkMessages = /fetch|network|connect|load failed|request for url|terminated|stream|socket|body/i;
/** What Workers say to a request that touches what is another's. */
const isolationMessages = /I\/O on behalf of a different|promise was created by a request/;
/** What Node says of arguments and headers that cannot be sent. */
const invalidCode = /^ERR_(HTTP_)?INVALID/;

/** Whether an exception, by its shape, tells of a mistake in a program, and of no network or source that fails. */
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

/** The error for a way to the network that threw what no network failure is: repeating it would change nothing. */
export function programError(host: string, cause: unknown, correlationId: string | undefined): ConfigurationError {
  return new ConfigurationError(`The request to ${host} could not be made: ${(cause as Error).message}`, {
    code: "invalid_options",
    remedy: "Look at the cause: the program, or the fetch that it passes, made a mistake; the network is not to blame.",
    correlationId,
    cause,
  });
}
