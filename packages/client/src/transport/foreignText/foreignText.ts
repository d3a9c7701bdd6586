import { decodeBase64 } from "../../crypto/base64url.ts";
import { type Reading, withoutBlanks, withoutEscapes } from "./unescaping.ts";

/**
 * Hides the values of a request in a text that may repeat them; also values that the text itself marks as secret,
 * unless told not to.
 */
export type Mask = (text: string, hidesFields?: boolean) => string;

const hidden = "***";

/** How much of a text is quoted, and how much is examined; the rest could only be hidden. */
const [shownLength, readLength] = [1_000, 4_096];
/** A value that starts this close to the end of the examined part may be too short to recognize. */
const uncertainLength = 40;

/** This many bytes of a value are recognized, wherever the text or the value was cut off. */
const pieceLength = 8;

/** Names of parameters and headers whose values are public. */
const publicNames = new Set([
  "grant_type",
  "client_id",
  "scope",
  "redirect_uri",
  "client_assertion_type",
  "claims",
  "requested_token_use",
  "requested_token_type",
  "subject_token_type",
  "actor_token_type",
  "accept",
  "content-type",
  "client-request-id",
  "return-client-request-id",
  "x-client-sku",
]);

/** Names whose values are hidden however short they are. */
const secretNames = new Set(["client_secret", "client_assertion", "password", "authorization"]);

/** Names whose values are hidden only as a whole: parts of an address occur in every other address. */
const addressNames = new Set(["username", "resource", "audience"]);

/**
 * A value that the text itself marks as secret: after the name of a form or JSON field, in an element or a form control
 * of a page, or after a header. The closing quote is escaped like the opening one.
 */
const secretField =
  /((?:(?<![\w-])code(?=\\*["']|=)|(?:device|user)_code|(?<!invalid_)token|secret|assertion|verifier|password|authorization)(?:\\*["']?\s*[:=>]|["'][^<>]{0,60}?value=)\s*\[?(?:bearer |basic )?(\\*)(["']?))(?:(?<=["']).*?((?<!\\)\2\3|$)|[^\s"'&<>]*)/gis;

/** A JWT, or its beginning. */
const jwt = /eyJ[\w-]{8,}(?:\.[\w-]*)*/g;

/** Hides the values of a request in every spelling that an echo may use; proxies and error pages repeat requests. */
export function maskOf(
  parameters: Iterable<readonly [string, string]>,
  headers: Iterable<readonly [string, string]>,
): Mask {
  let pieces: ReadonlySet<string> | undefined;
  let hasFailed = false;
  return (text, hidesFields = true) => {
    try {
      if (hasFailed) {
        return hidden;
      }
      pieces ??= new Set([...parameters, ...headers].flatMap(piecesOf));
      return hide(text, pieces, hidesFields);
    } catch {
      // After a failure it is unknown what texts repeat, and it may not be computable later.
      hasFailed = true;
      return hidden;
    }
  };
}

/** Text from a server, safe for an error message: masked, without control characters, at most 1,000 characters. */
export function quoteForeign(text: string, mask: Mask = maskOf([], [])): string {
  return printable(mask(text));
}

/** Text without terminal control characters, at most 1,000 characters. */
export function printable(text: string): string {
  // Directional marks count as control characters: they reorder what is displayed.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g, " ");
  const trimmed = clean.trim();
  return trimmed.length > shownLength ? `${trimmed.slice(0, shownLength)}…` : trimmed;
}

/** What identifies a value in a text: the whole value or, if it may be cut off, recognizable pieces of it. */
function piecesOf([name, value]: readonly [string, string]): string[] {
  const isSecret = secretNames.has(name);
  // A value of three characters occurs everywhere: hiding it would make the text unreadable and protect nothing.
  if (publicNames.has(name) || !(isSecret || value.length > 3)) {
    return [];
  }
  const parts = name === "authorization" ? credentialsOf(value) : [value];
  return parts.flatMap((part) => {
    // Forms replace unpaired surrogates, so echoes contain the replacement.
    const whole = part.trim().replace(/[\ud800-\udfff]/gu, "\ufffd");
    const plain = withoutBlanks(withoutEscapes(identityReading(whole))).text.trim();
    // A value of nothing but escapes and blanks cannot be distinguished from its surroundings.
    if (whole !== "" && plain === "") {
      throw new RangeError();
    }
    return [whole, plain].flatMap((spelling) => {
      const { length } = spelling;
      const shortest = isSecret ? 4 : pieceLength;
      if (addressNames.has(name) || length <= shortest) {
        return length > 0 ? [spelling] : [];
      }
      const ends = Array.from({ length }, (_, at) => at + 1).slice(shortest - 1);
      return ends.map((end) => spelling.slice(Math.max(0, end - pieceLength), end));
    });
  });
}

/** The secrets in an `Authorization` header: the token, or the base64 text and the password inside. */
function credentialsOf(header: string): string[] {
  const [, scheme = "", value = header] = /^(\S+) +(.*)$/.exec(header) ?? [];
  if (scheme.toLowerCase() !== "basic") {
    return [value];
  }
  try {
    const pair = new TextDecoder().decode(decodeBase64(value));
    return [value, pair.slice(pair.indexOf(":") + 1)];
  } catch {
    return [value];
  }
}

/** Hides secrets in a text by position, in linear time. */
function hide(whole: string, pieces: ReadonlySet<string>, hidesFields: boolean): string {
  const source = whole.slice(0, readLength);
  const covered = new Uint8Array(source.length);
  const cover = ({ starts }: Reading, from: number, to: number): void => {
    if (from < to) {
      covered.fill(1, starts[from], starts[to]);
    }
  };
  const asWritten = identityReading(source);
  const unescaped = withoutEscapes(asWritten);
  if (hidesFields) {
    for (const reading of [asWritten, unescaped]) {
      for (const pattern of [secretField, jwt]) {
        for (const { 0: field, 1: name = "", 4: end = "", index } of reading.text.matchAll(pattern)) {
          cover(reading, index + name.length, index + field.length - end.length);
        }
      }
    }
  }
  const lengths = new Set(Array.from(pieces, (piece) => piece.length));
  for (const reading of [asWritten, withoutBlanks(unescaped)]) {
    if (whole.length > readLength) {
      cover(reading, reading.text.length - uncertainLength, reading.text.length);
    }
    for (const length of lengths) {
      for (let at = 0; at < reading.text.length; at++) {
        if (pieces.has(reading.text.slice(at, at + length))) {
          cover(reading, at, at + length);
        }
      }
    }
  }
  let shown = "";
  for (const [at, isCovered] of covered.entries()) {
    shown += isCovered === 0 ? source[at] : covered[at - 1] === 1 ? "" : hidden;
  }
  return shown;
}

function identityReading(text: string): Reading {
  return { text, starts: Array.from({ length: text.length }, (_, at) => at) };
}
