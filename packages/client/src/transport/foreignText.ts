/** Hides what a request said in a text that may repeat it. */
export type Mask = (text: string) => string;

const maximumLength = 1_000;

/** Names of parameters and headers whose values are public. */
const publicNames = new Set([
  "grant_type",
  "client_id",
  "scope",
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

/** Hides the values of a request, in every spelling that an echo may use; proxies and error pages repeat requests. */
export function maskOf(
  parameters: Iterable<readonly [string, string]>,
  headers: Iterable<readonly [string, string]>,
): Mask {
  return (text) => {
    const values = [...parameters, ...headers]
      // A value of three characters occurs everywhere: hiding it would make the text unreadable and protect nothing.
      .filter(([name, value]) => secretNames.has(name) || (!publicNames.has(name) && value.length > 3))
      .flatMap(([name, value]) => (name === "authorization" ? credentialsOf(value) : [value]))
      .map((value) => value.trim())
      .filter((value) => value !== "")
      .sort((a, b) => b.length - a.length);
    return values.length === 0 ? text : text.replace(new RegExp(values.map(anySpelling).join("|"), "g"), "***");
  };
}

/** Text from a server, fit for an error: masked, control characters gone, cut at 1,000 characters. */
export function quoteForeign(text: string, mask: Mask = (unmasked) => unmasked): string {
  // Directional marks count as control characters: they reorder what a person reads.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  const clean = mask(text).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g, " ");
  const trimmed = clean.trim();
  return trimmed.length > maximumLength ? `${trimmed.slice(0, maximumLength)}…` : trimmed;
}

/** What is secret in an `Authorization` header: the token, or the base64 text and the password inside. */
function credentialsOf(header: string): string[] {
  const [, scheme = "", value = header] = /^(\S+) +(.*)$/.exec(header) ?? [];
  if (scheme.toLowerCase() !== "basic") return [value];
  const encoded = value.replace(/=+$/, "");
  try {
    const pair = new TextDecoder().decode(Uint8Array.from(atob(value), (character) => character.charCodeAt(0)));
    const password = pair.slice(pair.indexOf(":") + 1);
    // RFC 6749 section 2.3.1: it was form-urlencoded before it was joined.
    return [encoded, password, new URLSearchParams(`value=${password}`).get("value") ?? password];
  } catch {
    return [encoded];
  }
}

/** A pattern for a value as it is, and percent-encoded, HTML-escaped or JSON-escaped. */
function anySpelling(value: string): string {
  return Array.from(value, (character) => {
    if (/[A-Za-z0-9]/.test(character)) return character;
    const point = character.codePointAt(0) ?? 0;
    const percent = Array.from(
      new TextEncoder().encode(character),
      (byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`,
    ).join("");
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    const escaped = units.map((unit) => `\\\\u${anyCase(unit.toString(16).padStart(4, "0"))}`).join("");
    const named = htmlNames[character];
    return `(?:${[
      `\\\\?${character.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&")}`,
      percent,
      escaped,
      `&#0*${point};`,
      `&#[xX]0*${anyCase(point.toString(16))};`,
      ...(named === undefined ? [] : [`&${named};`]),
      ...(character === " " ? ["\\+"] : []),
    ].join("|")})`;
  }).join("");
}

const htmlNames: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
