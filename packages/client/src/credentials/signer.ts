import { utf8 } from "../crypto/base64url.ts";
import { decryptPkcs8 } from "../crypto/encryptedKey.ts";
import {
  belongsTo,
  jwkThumbprint,
  type PrivateKey,
  readPkcs8,
  readPublicParts,
  type SignatureAlgorithm,
  type WebCryptoParameters,
  webCryptoParameters,
  wrapPkcs1,
  wrapSec1,
} from "../crypto/privateKey.ts";
import type { Certificate } from "../crypto/x509.ts";
import { ConfigurationError } from "../errors.ts";
import { readBlocks, unreadable } from "./certificateText.ts";
import type { ClientCertificateOptions } from "./clientCertificate.ts";

/** Signs in a private key's place: gets the bytes and the algorithm, returns the raw signature. */
export type SignCallback = (data: Uint8Array<ArrayBuffer>, algorithm: SignatureAlgorithm) => Promise<Uint8Array>;

/** Node's `KeyObject`, by its structure. */
export interface KeyObjectLike {
  readonly type: "private" | "public" | "secret";
  export(options: { format: "der"; type: "pkcs8" }): Uint8Array;
}

/** A key ready to sign assertions, wherever it lives. */
export interface AssertionSigner {
  readonly type: PrivateKey["type"];
  /** The certificate of the key, where one was given. */
  readonly certificate: Certificate | undefined;
  /** The first of the algorithms that the key can do; throws {@link ConfigurationError} when it can do none. */
  choose(algorithms: readonly SignatureAlgorithm[], what: string): SignatureAlgorithm;
  sign(data: Uint8Array<ArrayBuffer>, algorithm: SignatureAlgorithm): Promise<Uint8Array>;
  jwkThumbprint(): Promise<string | undefined>;
}

/**
 * Makes the signer of a certificate credential, checking at once what can be checked without asynchronous work: an
 * encrypted key is opened when it is first asked for.
 */
export function makeSigner(
  options: ClientCertificateOptions,
  chain: readonly Certificate[],
): () => Promise<AssertionSigner> {
  const { privateKey, sign } = options;
  if ((privateKey === undefined) === (sign === undefined)) {
    throw unreadable(
      privateKey === undefined ? "There is neither privateKey nor sign." : "There are both privateKey and sign.",
      "Pass the private key's PEM text as privateKey, or a sign callback, not both.",
    );
  }
  if (typeof privateKey === "string" || privateKey instanceof Uint8Array)
    return fromText(privateKey, options.passphrase, chain);
  const signer = sign ? external(sign, chain[0]) : fromObject(privateKey, chain);
  return async () => signer;
}

function fromObject(key: unknown, chain: readonly Certificate[]): AssertionSigner {
  if (isKeyObject(key)) {
    if (key.type !== "private") throw notPrivate(key.type);
    return fromKey(parseKey(new Uint8Array(key.export({ format: "der", type: "pkcs8" }))), chain);
  }
  if (isCryptoKey(key)) return fromCryptoKey(key, chain[0]);
  throw unreadable("privateKey is neither a text nor a key object.", "Pass PEM text, a CryptoKey or a KeyObject.");
}

function isKeyObject(key: unknown): key is KeyObjectLike {
  return typeof key === "object" && key !== null && "export" in key;
}

function isCryptoKey(key: unknown): key is CryptoKey {
  return typeof key === "object" && key !== null && "algorithm" in key;
}

function fromText(
  text: unknown,
  passphrase: string | undefined,
  chain: readonly Certificate[],
): () => Promise<AssertionSigner> {
  const blocks = readBlocks("privateKey", text);
  const block = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined) {
    const labels = blocks.map(({ label }) => label).join(", ") || "no PEM block";
    throw unreadable(
      `privateKey holds ${labels}, not a private key.`,
      "Pass the text of the file that begins with -----BEGIN PRIVATE KEY-----.",
    );
  }
  if (block.legacyEncryption) {
    throw unreadable(
      "privateKey is encrypted in OpenSSL's legacy form (Proc-Type: 4,ENCRYPTED).",
      "Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.key -out new.key",
    );
  }
  if (block.label === "ENCRYPTED PRIVATE KEY") {
    if (passphrase === undefined) {
      throw unreadable("privateKey is encrypted and there is no passphrase.", "Pass the key's passphrase.");
    }
    return once(async () => fromKey(parseKey(await decrypt(block.der, passphrase)), chain));
  }
  const wrap = wrappings[block.label];
  if (wrap === undefined) {
    throw unreadable(
      `privateKey is a ${block.label}.`,
      "Convert it: openssl pkcs8 -topk8 -nocrypt -in old.key -out new.key",
    );
  }
  const signer = fromKey(parseKey(wrap(block.der)), chain);
  return async () => signer;
}

const wrappings: Readonly<Record<string, (der: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>>> = {
  "PRIVATE KEY": (der) => der,
  "RSA PRIVATE KEY": wrapPkcs1,
  "EC PRIVATE KEY": wrapSec1,
};

function decrypt(der: Uint8Array<ArrayBuffer>, passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  return decryptPkcs8(der, passphrase).catch((cause: unknown) => {
    throw cause instanceof RangeError
      ? unreadable(
          `privateKey cannot be decrypted: ${cause.message}.`,
          "Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.key -out new.key",
          cause,
        )
      : unreadable("privateKey cannot be decrypted with this passphrase.", "Check the passphrase.", cause);
  });
}

/** A key whose bytes we hold: parsed once, and imported once for each algorithm that is used. */
function fromKey(key: PrivateKey, chain: readonly Certificate[]): AssertionSigner {
  const imported = new Map<SignatureAlgorithm, Promise<CryptoKey>>();
  return {
    type: key.type,
    certificate: certificateOf(key, chain),
    choose: (algorithms, what) => choose(able(key.type), algorithms, what),
    async sign(data, algorithm) {
      const parameters = webCryptoParameters(algorithm);
      const ready = imported.get(algorithm) ?? importKey(key.pkcs8, parameters.key);
      imported.set(algorithm, ready);
      return new Uint8Array(await crypto.subtle.sign(parameters.signature, await ready, data));
    },
    jwkThumbprint: () => jwkThumbprint(key),
  };
}

function able(type: PrivateKey["type"]): readonly SignatureAlgorithm[] {
  return type === "RSA" ? ["PS256", "RS256"] : ["ES256"];
}

/** What the bytes look like from outside is checked before; here the numbers inside have to make a key. */
function importKey(pkcs8: Uint8Array<ArrayBuffer>, parameters: WebCryptoParameters["key"]): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", pkcs8, parameters, false, ["sign"]).catch((cause: unknown) => {
    throw unreadable("privateKey holds no usable key.", "Check that the file is whole and unchanged.", cause);
  });
}

function fromCryptoKey(key: CryptoKey, certificate: Certificate | undefined): AssertionSigner {
  if (key.type !== "private" || !key.usages.includes("sign"))
    throw notPrivate(`${key.type}, usages ${key.usages.join(" ")}`);
  const own = (["PS256", "RS256", "ES256"] as const).find((algorithm) => fits(key, algorithm));
  if (own === undefined) {
    throw unreadable(
      `privateKey is a CryptoKey for ${key.algorithm.name}, which signs none of PS256, RS256 and ES256.`,
      "Import it for RSA-PSS, RSASSA-PKCS1-v1_5 (both with SHA-256) or ECDSA on P-256.",
    );
  }
  const type = own === "ES256" ? "EC" : "RSA";
  if (certificate && readPublicParts(certificate.subjectPublicKeyInfo).type !== type) throw mismatch();
  return {
    type,
    certificate,
    choose: (algorithms, what) => choose([own], algorithms, what),
    sign: verifiedOnce(
      certificate,
      async (data, algorithm) =>
        new Uint8Array(await crypto.subtle.sign(webCryptoParameters(algorithm).signature, key, data)),
    ),
    async jwkThumbprint() {
      if (certificate) return thumbprintOf(certificate);
      return key.extractable
        ? jwkThumbprint(readPkcs8(new Uint8Array(await crypto.subtle.exportKey("pkcs8", key))))
        : undefined;
    },
  };
}

function external(sign: SignCallback, certificate: Certificate | undefined): AssertionSigner {
  const type = certificate ? readPublicParts(certificate.subjectPublicKeyInfo).type : "RSA";
  return {
    type,
    certificate,
    choose: (algorithms, what) => choose(able(type), algorithms, what),
    sign: verifiedOnce(certificate, sign),
    jwkThumbprint: async () => (certificate ? thumbprintOf(certificate) : undefined),
  };
}

/** A key that cannot be looked into proves with its first signature that it belongs to the certificate. */
function verifiedOnce(certificate: Certificate | undefined, sign: SignCallback): SignCallback {
  let verified = certificate === undefined;
  return async (data, algorithm) => {
    const signed: unknown = await sign(data, algorithm);
    // By its shape: in jest a Buffer is no instance of the program's Uint8Array.
    if (!ArrayBuffer.isView(signed) || signed.byteLength === 0) {
      throw unreadable("sign returned no bytes.", "Return the raw signature as a Uint8Array.");
    }
    const signature = Uint8Array.from(new Uint8Array(signed.buffer, signed.byteOffset, signed.byteLength));
    if (!verified && certificate) {
      const parameters = webCryptoParameters(algorithm);
      const spki = certificate.subjectPublicKeyInfo;
      const publicKey = await crypto.subtle.importKey("spki", spki, parameters.key, false, ["verify"]);
      if (!(await crypto.subtle.verify(parameters.signature, publicKey, signature, data))) throw mismatch();
      verified = true;
    }
    return signature;
  };
}

function thumbprintOf(certificate: Certificate): Promise<string | undefined> {
  const { type, parts } = readPublicParts(certificate.subjectPublicKeyInfo);
  return jwkThumbprint({ type, publicParts: parts, pkcs8: utf8("") });
}

/** The certificate of a chain that belongs to the key. */
function certificateOf(key: PrivateKey, chain: readonly Certificate[]): Certificate | undefined {
  const own = chain.find((certificate) => belongsTo(key, certificate.subjectPublicKeyInfo));
  if (own === undefined && chain.length > 0) throw mismatch();
  return own;
}

function choose(
  own: readonly SignatureAlgorithm[],
  wanted: readonly SignatureAlgorithm[],
  what: string,
): SignatureAlgorithm {
  const found = wanted.find((algorithm) => own.includes(algorithm));
  if (found) return found;
  throw unreadable(
    `The key signs ${own.join(" or ")}; ${what} takes ${wanted.join(" or ")}.`,
    `Use a key that signs ${wanted.join(" or ")}.`,
  );
}

function fits(key: CryptoKey, algorithm: SignatureAlgorithm): boolean {
  const { key: parameters } = webCryptoParameters(algorithm);
  const { name, hash, namedCurve } = key.algorithm as { name: string; hash?: { name: string }; namedCurve?: string };
  if (name !== parameters.name) return false;
  return "hash" in parameters ? hash?.name === parameters.hash : namedCurve === "P-256";
}

function parseKey(pkcs8: Uint8Array<ArrayBuffer>): PrivateKey {
  try {
    return readPkcs8(pkcs8);
  } catch (cause) {
    throw unreadable(
      "privateKey cannot be read as an RSA or EC P-256 key.",
      "Check that the file is whole and of this type.",
      cause,
    );
  }
}

function mismatch(): ConfigurationError {
  return new ConfigurationError("The private key and the certificate do not belong together.", {
    code: "certificate_key_mismatch",
    remedy: "Pass the key that the certificate was made from, or the certificate that was made from this key.",
  });
}

function notPrivate(what: string): ConfigurationError {
  return unreadable(`privateKey is a key that cannot sign (${what}).`, "Pass a private key that may sign.");
}

/** Runs asynchronous work at most once; a failure is remembered, for it would come again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
