import { encodeBase64Url, utf8 } from "./base64url.ts";

/** Makes a compact JWS of JSON header and claims; `sign` gets the signing input. @see RFC 7515 section 3.1 */
export async function signJwt(
  header: object,
  claims: object,
  sign: (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>,
): Promise<string> {
  const input = `${encodeBase64Url(utf8(JSON.stringify(header)))}.${encodeBase64Url(utf8(JSON.stringify(claims)))}`;
  return `${input}.${encodeBase64Url(await sign(utf8(input)))}`;
}
