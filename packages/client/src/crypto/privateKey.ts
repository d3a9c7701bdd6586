import { encodeBase64Url } from "./base64url.ts";
import {
  childAt,
  type DerElement,
  derTag,
  equalBytes,
  readChildren,
  readDer,
  readMagnitude,
  readObjectIdentifier,
  writeDer,
} from "./der.ts";
import { sha256 } from "./sha256.ts";

/** The signature algorithms of client assertions. @see RFC 7518 section 3.1 */
export type SignatureAlgorithm = "PS256" | "RS256" | "ES256";

/** A private key as PKCS#8, and what its public half looks like from inside. @see RFC 5208 section 5 */
export interface PrivateKey {
  readonly type: "RSA" | "EC";
  readonly pkcs8: Uint8Array<ArrayBuffer>;
  /** RSA: modulus and exponent. EC: the uncompressed point, where the key carries it. */
  readonly publicParts: readonly Uint8Array<ArrayBuffer>[];
}

const rsaEncryption = "1.2.840.113549.1.1.1";
const ecPublicKey = "1.2.840.10045.2.1";
const prime256v1 = "1.2.840.10045.3.1.7";

/** AlgorithmIdentifier { rsaEncryption, NULL } */
const rsaAlgorithm = Uint8Array.of(0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0);
/** AlgorithmIdentifier { id-ecPublicKey, prime256v1 } */
const ecAlgorithm = Uint8Array.of(
  ...[0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
);
const version0 = Uint8Array.of(derTag.integer, 1, 0);

/** Wraps a PKCS#1 `RSA PRIVATE KEY` into PKCS#8. */
export function wrapPkcs1(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  return writeDer(derTag.sequence, version0, rsaAlgorithm, writeDer(derTag.octetString, pkcs1));
}

/** Wraps a SEC 1 `EC PRIVATE KEY` on P-256 into PKCS#8. */
export function wrapSec1(sec1: Uint8Array): Uint8Array<ArrayBuffer> {
  return writeDer(derTag.sequence, version0, ecAlgorithm, writeDer(derTag.octetString, sec1));
}

/** Reads a PKCS#8 key; throws `RangeError` when the bytes are none, or of another type than RSA and EC P-256. */
export function readPkcs8(pkcs8: Uint8Array<ArrayBuffer>): PrivateKey {
  const outer = readDer(pkcs8);
  const algorithm = readChildren(childAt(outer, 1, derTag.sequence));
  const type = algorithm[0] && readObjectIdentifier(algorithm[0]);
  const inner = readDer(childAt(outer, 2, derTag.octetString).content);
  if (type === rsaEncryption) {
    const publicParts = [1, 2].map((index) => readMagnitude(childAt(inner, index, derTag.integer)));
    return { type: "RSA", pkcs8: outer.bytes, publicParts };
  }
  // The curve stands outside, and may stand inside again: a SEC 1 key says it there only.
  const curve = algorithm[1] && readObjectIdentifier(algorithm[1]);
  const ownCurve = readChildren(inner).find((child) => child.tag === 0xa0)?.content;
  if (
    type === ecPublicKey &&
    curve === prime256v1 &&
    (!ownCurve || readObjectIdentifier(readDer(ownCurve)) === curve)
  ) {
    const point = readChildren(inner).find((child) => child.tag === 0xa1);
    return { type: "EC", pkcs8: outer.bytes, publicParts: point ? [readBitString(readDer(point.content))] : [] };
  }
  throw new RangeError("the key is neither RSA nor EC P-256");
}

/** Whether the key is the private half of the certificate's public key; true as well where an EC key does not tell. */
export function belongsTo(key: PrivateKey, subjectPublicKeyInfo: Uint8Array<ArrayBuffer>): boolean {
  const parts = readPublicParts(subjectPublicKeyInfo);
  return (
    parts.type === key.type && key.publicParts.every((part, index) => equalBytes(part, parts.parts[index] ?? part))
  );
}

/** The key type and public numbers of a SubjectPublicKeyInfo; throws `RangeError` for other types than RSA and EC. */
export function readPublicParts(subjectPublicKeyInfo: Uint8Array<ArrayBuffer>): {
  type: PrivateKey["type"];
  parts: Uint8Array<ArrayBuffer>[];
} {
  const spki = readDer(subjectPublicKeyInfo);
  const bits = readBitString(childAt(spki, 1, derTag.bitString));
  const algorithm = readObjectIdentifier(childAt(childAt(spki, 0, derTag.sequence), 0, derTag.objectIdentifier));
  if (algorithm === ecPublicKey) return { type: "EC", parts: [bits] };
  if (algorithm !== rsaEncryption) throw new RangeError("the public key is neither RSA nor EC");
  return { type: "RSA", parts: readChildren(readDer(bits)).map(readMagnitude) };
}

/** The key's RFC 7638 thumbprint, which names it to issuers that know it by JWK; `undefined` where it does not tell. */
export async function jwkThumbprint(key: PrivateKey): Promise<string | undefined> {
  const [first, second] = key.publicParts;
  if (first === undefined) return undefined;
  // RFC 7638 section 3: the required members in lexicographic order, no white space.
  const jwk =
    key.type === "RSA"
      ? { e: encodeBase64Url(second ?? new Uint8Array()), kty: "RSA", n: encodeBase64Url(first) }
      : { crv: "P-256", kty: "EC", x: encodeBase64Url(first.subarray(1, 33)), y: encodeBase64Url(first.subarray(33)) };
  return sha256(JSON.stringify(jwk));
}

/** A WebCrypto key, by its structure: programs for Node alone do not know the name that browsers' types give it. */
export interface CryptoKeyLike {
  readonly type: string;
  readonly extractable: boolean;
  readonly algorithm: { readonly name: string };
  readonly usages: readonly string[];
}

/** WebCrypto's parameters of an algorithm: to import a key for it, and to sign and verify with it. */
export interface WebCryptoParameters {
  readonly key:
    | { readonly name: string; readonly hash: string }
    | { readonly name: string; readonly namedCurve: string };
  readonly signature:
    | { readonly name: string }
    | { readonly name: string; readonly saltLength: number }
    | { readonly name: string; readonly hash: string };
}

/** The parameters of an algorithm. */
export function webCryptoParameters(algorithm: SignatureAlgorithm): WebCryptoParameters {
  switch (algorithm) {
    case "PS256":
      return { key: { name: "RSA-PSS", hash: "SHA-256" }, signature: { name: "RSA-PSS", saltLength: 32 } };
    case "RS256":
      return { key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, signature: { name: "RSASSA-PKCS1-v1_5" } };
    case "ES256":
      return { key: { name: "ECDSA", namedCurve: "P-256" }, signature: { name: "ECDSA", hash: "SHA-256" } };
  }
}

function readBitString(element: DerElement): Uint8Array<ArrayBuffer> {
  return element.content.subarray(1);
}
