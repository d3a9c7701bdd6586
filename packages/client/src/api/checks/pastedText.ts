import { type AuthErrorDetails, ConfigurationError } from "../../errors/errors.ts";
import type { AuthorityKind } from "../authorityKind.ts";

/** Removes what copying leaves at the ends of a text: blanks, line breaks, quotation marks, invisible characters. */
export function unwrap(text: string): string {
  return /[^\p{C}\p{Z}\p{DI}\p{QMark}`](?:.*[^\p{C}\p{Z}\p{DI}\p{QMark}`])?/su.exec(text)?.[0] ?? "";
}

/**
 * Reads a text that a user pasted. Values that Microsoft issues contain no invisible characters, so unmistakable
 * copying mistakes are corrected. Other issuers' values are left as they are.
 *
 * @throws {@link ConfigurationError} with the details, if it is not a string or contains invisible characters; its
 * content is not shown
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
  throw new ConfigurationError(`${what} contains U+${point} as character ${hidden.index + 1}.`, {
    ...details,
    remedy: "Remove that character, which is invisible, from the value where it is stored.",
  });
}

/** Rejects what is not a string, an empty one, and the words that an unset variable turns into. */
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
