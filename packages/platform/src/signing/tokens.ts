import { type KeyObject, sign, verify } from "node:crypto";
import type { SigningKey, SigningKeys } from "./signingKeys.ts";

export type Claims = { readonly [name: string]: unknown };

/** What became of a token somebody presented. Only the signature is judged: times and audience are the caller's. */
export type VerifiedToken =
  | { readonly kind: "verified"; readonly claims: Claims }
  | { readonly kind: "malformed" }
  | { readonly kind: "badSignature" };

/** Signs and checks the platform's own tokens. */
export interface Signing {
  readonly keys: SigningKeys;
  /** A compact RS256 JWT; version 1 tokens name the key twice, as `x5t` and `kid`. */
  sign(version: 1 | 2, claims: Claims): Promise<string>;
  verify(token: string): Promise<VerifiedToken>;
}

export function tokenSigning(keys: SigningKeys): Signing {
  const headers = new Map<string, string>();

  function encodedHeader(version: 1 | 2, { kid }: SigningKey): string {
    const known = headers.get(`${version}${kid}`);
    if (known !== undefined) {
      return known;
    }
    const header = version === 1 ? { typ: "JWT", alg: "RS256", x5t: kid, kid } : { typ: "JWT", alg: "RS256", kid };
    const encoded = Buffer.from(JSON.stringify(header)).toString("base64url");
    headers.set(`${version}${kid}`, encoded);
    return encoded;
  }

  return {
    keys,
    async sign(version, claims) {
      const key = await keys.current();
      const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
      const input = `${encodedHeader(version, key)}.${payload}`;
      const signature = await signInPool(input, key.privateKey);
      return `${input}.${signature.toString("base64url")}`;
    },
    async verify(token) {
      const [header = "", payload = "", signature = "", ...rest] = token.split(".");
      const decoded = decodeJson(header);
      const claims = decodeJson(payload);
      if (rest.length > 0 || decoded === undefined || claims === undefined) {
        return { kind: "malformed" };
      }
      const key = (await keys.published()).find((published) => published.kid === decoded["kid"]);
      const input = Buffer.from(`${header}.${payload}`);
      if (key === undefined || decoded["alg"] !== "RS256") {
        return { kind: "badSignature" };
      }
      return verify("sha256", input, key.publicKey, Buffer.from(signature, "base64url"))
        ? { kind: "verified", claims }
        : { kind: "badSignature" };
    },
  };
}

/** RSA takes about a millisecond: on libuv's threads, so that other requests are read and answered meanwhile. */
function signInPool(input: string, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign("sha256", Buffer.from(input), key, (error, signature) => {
      if (error === null) {
        resolve(signature);
      } else {
        reject(error);
      }
    });
  });
}

/** The JSON object in a part of a JWT, or `undefined`. */
export function decodeJson(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
