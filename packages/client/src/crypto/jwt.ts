import { isObject } from "../runtime/json.ts";
import { decodeBase64Url, encodeBase64Url, utf8 } from "./base64url.ts";

/** Creates a compact JWS from a JSON header and claims; `sign` receives the signing input. @see RFC 7515 section 3.1 */
export async function signJwt(
  header: object,
  claims: object,
  sign: (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>,
): Promise<string> {
  const input = `${encodeBase64Url(utf8(JSON.stringify(header)))}.${encodeBase64Url(utf8(JSON.stringify(claims)))}`;
  return `${input}.${encodeBase64Url(await sign(utf8(input)))}`;
}

/** Claims that identify a user or a tenant: removed unless they are non-empty strings. */
const namingClaims = ["oid", "tid", "preferred_username", "upn", "email", "name"];

/**
 * The claims of a compact JWT, not verified, and frozen because results share them. Identifying claims of the wrong
 * type are removed. `undefined` if the text is not a JWT.
 *
 * @see OpenID Connect Core 1.0 section 5.1
 */
export function decodeJwtClaims(jwt: string): { readonly [claim: string]: unknown } | undefined {
  const [, payload, signature] = jwt.split(".");
  if (payload === undefined || signature === undefined) {
    return undefined;
  }
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(decodeBase64Url(payload)));
    if (!isObject(claims)) {
      return undefined;
    }
    for (const name of namingClaims) {
      if (typeof claims[name] !== "string" || claims[name] === "") {
        delete claims[name];
      }
    }
    return deepFreeze(claims) as { readonly [claim: string]: unknown };
  } catch {
    return undefined;
  }
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) {
      deepFreeze(part);
    }
    Object.freeze(value);
  }
  return value;
}
