import { requireType } from "../api/checks/optionTypes.ts";
import { decodeBase64Url } from "../crypto/base64url.ts";
import { parseObject } from "../runtime/json.ts";

/** More than servers send; the rest is ignored. */
const longestHeader = 65_536;

/**
 * The claims that an API requests in the `WWW-Authenticate` header of a 401, as JSON text: pass them as `claims` to get
 * a token that the API will accept. Of several Bearer challenges the first one with decodable claims counts, whatever
 * its `error`: Azure Resource Manager sends `invalid_token`. `undefined` if the header has no such challenge.
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
  // Challenges follow one another: a word without `=` starts a new one.
  const part = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g;
  let isBearer = false;
  for (const [, name = "", quoted, bare] of (wwwAuthenticate ?? "").slice(0, longestHeader).matchAll(part)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? bare;
    if (value === undefined) {
      isBearer = /^bearer$/i.test(name);
    }
    const claims = isBearer && value !== undefined && /^claims$/i.test(name) ? decodeClaims(value) : undefined;
    if (claims !== undefined) {
      return claims;
    }
  }
  return undefined;
}

/** Entra: base64 of either alphabet, with or without padding; some APIs send plain JSON. */
function decodeClaims(claims: string): string | undefined {
  try {
    const text = claims.trimStart().startsWith("{") ? claims : new TextDecoder().decode(decodeBase64Url(claims));
    return parseObject(text) && text;
  } catch {
    return undefined;
  }
}
