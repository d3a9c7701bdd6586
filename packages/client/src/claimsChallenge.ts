import { decodeBase64 } from "./crypto/base64url.ts";
import { requireType } from "./optionTypes.ts";

/** One challenge of a `WWW-Authenticate` header: its scheme, and its parameters by lower-case name. */
interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The claims that an API asks for in the `WWW-Authenticate` header of a 401, as JSON text: pass them on as `claims` to get
 * a token that the API will accept. `undefined` when the header has no such challenge.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 * @see RFC 9110 section 11.6.1
 * @example
 * ```ts
 * import { claimsChallengeOf, type ConfidentialClientApplication } from "@latchkey/client";
 *
 * async function newToken(app: ConfidentialClientApplication, scopes: string[], refused: Response) {
 *   const claims = claimsChallengeOf(refused.headers.get("www-authenticate"));
 *   return claims === undefined ? undefined : app.acquireTokenForClient({ scopes, claims });
 * }
 * ```
 */
export function claimsChallengeOf(wwwAuthenticate: string | null | undefined): string | undefined {
  requireType("wwwAuthenticate", wwwAuthenticate ?? "", "string");
  for (const { scheme, parameters } of readChallenges(wwwAuthenticate ?? "")) {
    const claims = parameters.get("claims");
    if (scheme === "bearer" && claims !== undefined && parameters.get("error") === "insufficient_claims") {
      return decodeClaims(claims);
    }
  }
  return undefined;
}

/** Entra: base64, with or without padding, of either alphabet; some APIs send the JSON as it is. */
function decodeClaims(claims: string): string | undefined {
  try {
    const text = claims.trimStart().startsWith("{")
      ? claims
      : new TextDecoder().decode(decodeBase64(claims.replaceAll("-", "+").replaceAll("_", "/")));
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Reads challenges one behind the other: a word without `=` begins a new one. */
function readChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const part = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+)))?/g;
  for (const [, word = "", quoted, bare] of header.matchAll(part)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? bare;
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(word.toLowerCase(), value);
  }
  return challenges;
}
