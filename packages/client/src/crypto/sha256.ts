import { encodeBase64Url, utf8 } from "./base64url.ts";

/** A text's SHA-256 as base64url. */
export async function sha256(text: string): Promise<string> {
  return encodeBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))));
}
