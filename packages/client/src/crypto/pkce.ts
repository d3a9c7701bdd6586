import type { Random } from "../runtime/random.ts";
import { encodeBase64Url, utf8 } from "./base64url.ts";

/** A verifier of 43 characters for one sign-in. @see RFC 7636 section 4.1 */
export function createCodeVerifier(random: Random): string {
  return encodeBase64Url(random(32));
}

/** What the sign-in request carries in the verifier's place (method S256). @see RFC 7636 section 4.2 */
export async function codeChallengeOf(codeVerifier: string): Promise<string> {
  return encodeBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(codeVerifier))));
}
