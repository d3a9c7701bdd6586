import { type AuthErrorDetails, ConfigurationError } from "../../errors/errors.ts";
import type { AuthorityKind } from "../authorityKind.ts";

/** A text without what a copy brings along at its ends: blanks, line breaks, quotation marks, invisible characters. */
export function unwrap(text: string): string {
  return /[^\p{C}\p{Z}\p{DI}\p{QMark}`](?:.*[^\p{C}\p{Z}\p{DI}\p{QMark}`])?/su.exec(text)?.[0] ?? "";
}

/**
 * A text that a person copied to where the program finds it. What Microsoft issues has nothing invisible in it, and
 * nothing but itself: such a text is mended where it is unmistakable. Another issuer's is as it is.
 *
 * @throws {@link ConfigurationError} with the details when it is none, or holds what cannot be seen; its own characters
 * are not shown
 */
export function readPasted(
  what: string,
  given: unknown,
  kind: AuthorityKind,
  details: Pick<AuthErrorDetails, "code" | "remedy">,
): string {
  const text = typeof given === "string" && kind !== "generic" ? unwrap(given) : given;
  requireText(what, text, details);
  const hidden = (kind === "generic" ? /\p{Cc}/u : /(?! )[\p{C}\p{Z}\p{DI}]/u).exec(text);
  if (hidden === null) {
    return text;
  }
  const point = hidden[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  throw new ConfigurationError(`${what} holds U+${point} as its character ${hidden.index + 1}.`, {
    ...details,
    remedy: "Take that character, which cannot be seen, out of the value where it is kept.",
  });
}

/** Refuses what is no text, an empty one, and what becomes of a variable that is not set. */
export function requireText(
  what: string,
  given: unknown,
  details: Pick<AuthErrorDetails, "code" | "remedy">,
): asserts given is string {
  const text = typeof given === "string" ? given.trim() : undefined;
  if (text && text !== "undefined" && text !== "null") {
    return;
  }
  const found =
    text === undefined
      ? `${given === null ? "null" : typeof given}, not a string`
      : text
        ? `the word ${text}`
        : "empty";
  throw new ConfigurationError(`${what} is ${found}.`, details);
}
