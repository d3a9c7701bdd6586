import { encodeBase64Url } from "./base64url.ts";
import {
  childAt,
  type DerElement,
  derTag,
  equalBytes,
  identifierAt,
  readChildren,
  readDer,
  readMagnitude,
  writeDer,
} from "./der.ts";
import { sha256 } from "./sha256.ts";

/** The signature algorithms of client assertions. @see RFC 7518 section 3.1 */
export type SignatureAlgorithm = "PS256" | "RS256" | "ES256";

/** The components of a public key. RSA: modulus and exponent. EC: the uncompressed point, if known. */
export interface PublicKey {
  readonly type: "RSA" | "EC";
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/** A private key as PKCS#8, with its public half. @see RFC 5208 section 5 */
export interface PrivateKey extends PublicKey {
  readonly pkcs8: Uint8Array<ArrayBuffer>;
}

const rsaEncryption = "1.2.840.113549.1.1.1";
const ecPublicKey = "1.2.840.10045.2.1";
const prime256v1 = "1.2.840.10045.3.1.7";

/** The AlgorithmIdentifiers { rsaEncryption, NULL } and { id-ecPublicKey, prime256v1 }. */
const algorithms: Readonly<Record<string, readonly number[]>> = {
  "RSA PRIVATE KEY": [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0],
  "EC PRIVATE KEY": [0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
};

/** A key's PEM block as PKCS#8: a PKCS#1 or SEC 1 key on P-256 is wrapped; `undefined` for other labels. */
export function toPkcs8(label: string, der: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  if (label === "PRIVATE KEY") {
    return der;
  }
  const algorithm = algorithms[label];
  return algorithm && writeDer(derTag.sequence, [derTag.integer, 1, 0], algorithm, writeDer(derTag.octetString, der));
}

/** Reads a PKCS#8 key; throws `RangeError` if the bytes are not one, or are of a type other than RSA and EC P-256. */
export function readPkcs8(pkcs8: Uint8Array<ArrayBuffer>): PrivateKey {
  const outer = readDer(pkcs8);
  const algorithm = childAt(outer, 1, derTag.sequence);
  const type = identifierAt(algorithm, 0);
  const inner = readDer(childAt(outer, 2, derTag.octetString).content);
  if (type === rsaEncryption) {
    const parts = [1, 2].map((index) => readMagnitude(childAt(inner, index, derTag.integer)));
    return { type: "RSA", pkcs8: outer.bytes, parts };
  }
  // The outer structure contains the curve; the inner SEC 1 key may repeat it.
  const ownCurve = readChildren(inner).find((child) => child.tag === 0xa0);
  const curves =
    type === ecPublicKey ? [identifierAt(algorithm, 1), ownCurve ? identifierAt(ownCurve, 0) : prime256v1] : [];
  if (type === ecPublicKey && curves.every((curve) => curve === prime256v1)) {
    const point = readChildren(inner).find((child) => child.tag === 0xa1);
    return { type: "EC", pkcs8: outer.bytes, parts: point ? [readBitString(readDer(point.content))] : [] };
  }
  throw new RangeError("the key is neither RSA nor EC P-256");
}

/** Whether two keys are halves of one pair; also true if an EC key lacks its public point. */
export function belongsTo(key: PublicKey, other: PublicKey | undefined): boolean {
  return key.type === other?.type && key.parts.every((part, index) => equalBytes(part, other.parts[index] ?? part));
}

/** The type and public components of a SubjectPublicKeyInfo; `undefined` for types other than RSA and EC. */
export function readPublicKey(subjectPublicKeyInfo: Uint8Array<ArrayBuffer>): PublicKey | undefined {
  const spki = readDer(subjectPublicKeyInfo);
  const bits = readBitString(childAt(spki, 1, derTag.bitString));
  const algorithm = identifierAt(childAt(spki, 0, derTag.sequence), 0);
  if (algorithm === ecPublicKey) {
    return { type: "EC", parts: [bits] };
  }
  if (algorithm !== rsaEncryption) {
    return undefined;
  }
  return { type: "RSA", parts: readChildren(readDer(bits)).map(readMagnitude) };
}

/** The key's RFC 7638 thumbprint, its name for issuers that use JWKs; `undefined` if the public half is unknown. */
export async function jwkThumbprint({ type, parts }: PublicKey): Promise<string | undefined> {
  const [first, second] = parts;
  if (first === undefined) {
    return undefined;
  }
  // RFC 7638 section 3: the required members in lexicographic order, no white space.
  const jwk =
    type === "RSA"
      ? { e: encodeBase64Url(second ?? new Uint8Array()), kty: "RSA", n: encodeBase64Url(first) }
      : { crv: "P-256", kty: "EC", x: encodeBase64Url(first.subarray(1, 33)), y: encodeBase64Url(first.subarray(33)) };
  return sha256(JSON.stringify(jwk));
}

/** A WebCrypto key, by structure: Node-only programs lack the DOM type. */
export interface CryptoKeyLike {
  readonly type: string;
  readonly extractable: boolean;
  readonly algorithm: { readonly name: string };
  readonly usages: readonly string[];
}

/** WebCrypto parameters of the algorithms, for importing keys, signing and verifying. */
export const webCryptoParameters: Readonly<
  Record<
    SignatureAlgorithm,
    { readonly name: string; readonly hash: string; readonly saltLength?: number; readonly namedCurve?: string }
  >
> = {
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
};

function readBitString(element: DerElement): Uint8Array<ArrayBuffer> {
  return element.content.subarray(1);
}
