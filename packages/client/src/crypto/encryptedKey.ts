import { utf8 } from "./base64url.ts";
import { childAt, derTag, identifierAt, readChildren, readDer, readNumber } from "./der.ts";

const pbes2 = "1.2.840.113549.1.5.13";
const pbkdf2 = "1.2.840.113549.1.5.12";
const hashes: Record<string, string> = {
  "1.2.840.113549.2.7": "SHA-1",
  "1.2.840.113549.2.9": "SHA-256",
  "1.2.840.113549.2.10": "SHA-384",
  "1.2.840.113549.2.11": "SHA-512",
};
const aesKeyBits: Record<string, number> = {
  "2.16.840.1.101.3.4.1.2": 128,
  "2.16.840.1.101.3.4.1.22": 192,
  "2.16.840.1.101.3.4.1.42": 256,
};

/**
 * Decrypts an `ENCRYPTED PRIVATE KEY` (PBES2: PBKDF2 and AES-CBC) to PKCS#8. Throws `RangeError` for another scheme,
 * `OperationError` for a wrong passphrase.
 * @see RFC 8018 section 6.2
 */
export async function decryptPkcs8(
  encrypted: Uint8Array<ArrayBuffer>,
  passphrase: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const outer = readDer(encrypted);
  const scheme = childAt(outer, 0, derTag.sequence);
  const data = childAt(outer, 1, derTag.octetString).content;
  requireAlgorithm(identifierAt(scheme, 0) === pbes2);

  const parameters = childAt(scheme, 1, derTag.sequence);
  const derivation = childAt(parameters, 0, derTag.sequence);
  requireAlgorithm(identifierAt(derivation, 0) === pbkdf2);
  const [salt, count, ...rest] = readChildren(childAt(derivation, 1, derTag.sequence));
  const pseudoRandom = rest.find((element) => element.tag === derTag.sequence);
  const hash = pseudoRandom ? hashes[identifierAt(pseudoRandom, 0)] : "SHA-1";
  const cipher = childAt(parameters, 1, derTag.sequence);
  const length = aesKeyBits[identifierAt(cipher, 0)];
  requireAlgorithm(hash !== undefined && length !== undefined && salt !== undefined && count !== undefined);

  const iterations = readNumber(count.content);
  const password = await crypto.subtle.importKey("raw", utf8(passphrase), "PBKDF2", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash, salt: salt.content, iterations },
    password,
    { name: "AES-CBC", length },
    false,
    ["decrypt"],
  );
  const iv = childAt(cipher, 1, derTag.octetString).content;
  const decrypted = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, data));
  // One in 256 wrong passphrases yields valid padding.
  if (decrypted[0] !== derTag.sequence) {
    throw new DOMException("the decrypted data is not a key", "OperationError");
  }
  return decrypted;
}

function requireAlgorithm(known: boolean): asserts known {
  if (!known) {
    throw new RangeError("the encryption is not PBES2 with PBKDF2 and AES-CBC");
  }
}
