import type { Random } from "../runtime/random.ts";
import { encodeBase64Url } from "./base64url.ts";
import { sha256 } from "./sha256.ts";

/** A verifier of 43 characters for one sign-in. @see RFC 7636 section 4.1 */
export function createCodeVerifier(random: Random): string {
  return encodeBase64Url(random(32));
}

/** What the sign-in request carries in the verifier's place (method S256). @see RFC 7636 section 4.2 */
export function codeChallengeOf(codeVerifier: string): Promise<string> {
  return sha256(codeVerifier);
}
