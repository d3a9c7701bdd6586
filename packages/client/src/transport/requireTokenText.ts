import { AuthError } from "../errors/errors.ts";

/**
 * Rejects characters that a token response must not contain, such as line breaks: tokens are sent in headers.
 * @see RFC 6749 appendix A
 */
export function requireTokenText(
  name: string,
  text: string | undefined,
  correlationId: string | undefined,
  allowed: RegExp = /^[\x20-\x7e]*$/,
): void {
  if (allowed.test(text ?? "")) {
    return;
  }
  throw new AuthError(`The ${name} contains characters that are not allowed.`, {
    code: "invalid_response",
    remedy:
      "Look for a proxy or gateway that changes responses; if there is none, have the token service follow RFC 6749.",
    correlationId,
  });
}
