import { utf8 } from "../crypto/base64url.ts";
import { decryptPkcs8 } from "../crypto/encryptedKey.ts";
import {
  belongsTo,
  jwkThumbprint,
  type PrivateKey,
  readPkcs8,
  readPublicParts,
  type SignatureAlgorithm,
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

/** Makes the signer of a certificate credential, checking at once what can be checked without asynchronous work. */
export function makeSigner(options: ClientCertificateOptions, chain: readonly Certificate[]): AssertionSigner {
  const { privateKey, sign } = options;
  if ((privateKey === undefined) === (sign === undefined)) {
    throw unreadable(
      privateKey === undefined ? "There is neither privateKey nor sign." : "There are both privateKey and sign.",
      "Pass the private key's PEM text as privateKey, or a sign callback, not both.",
    );
  }
  if (sign) return external(sign, chain[0]);
  if (typeof privateKey === "string") return fromText(privateKey, options.passphrase, chain);
  if (privateKey && "export" in privateKey) {
    if (privateKey.type !== "private") throw notPrivate(privateKey.type);
    return fromKey(parseKey(new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" }))), chain);
  }
  if (privateKey && "algorithm" in privateKey) return fromCryptoKey(privateKey, chain[0]);
  throw unreadable("privateKey is neither a text nor a key object.", "Pass PEM text, a CryptoKey or a KeyObject.");
}

function fromText(text: string, passphrase: string | undefined, chain: readonly Certificate[]): AssertionSigner {
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
  switch (block.label) {
    case "PRIVATE KEY":
      return fromKey(parseKey(block.der), chain);
    case "RSA PRIVATE KEY":
      return fromKey(parseKey(wrapPkcs1(block.der)), chain);
    case "EC PRIVATE KEY":
      return fromKey(parseKey(wrapSec1(block.der)), chain);
    case "ENCRYPTED PRIVATE KEY":
      if (passphrase === undefined) {
        throw unreadable("privateKey is encrypted and there is no passphrase.", "Pass the key's passphrase.");
      }
      return fromEncrypted(block.der, passphrase, chain);
    default:
      throw unreadable(
        `privateKey is a ${block.label}.`,
        "Convert it: openssl pkcs8 -topk8 -nocrypt -in old.key -out new.key",
      );
  }
}

function fromKey(key: PrivateKey, chain: readonly Certificate[]): AssertionSigner {
  const certificate = certificateOf(key, chain);
  return { type: key.type, certificate, ...localKey(key.type, async () => key) };
}

function fromEncrypted(
  der: Uint8Array<ArrayBuffer>,
  passphrase: string,
  chain: readonly Certificate[],
): AssertionSigner {
  const [certificate] = chain;
  // The type is inside; a certificate tells it before the key is open, and without one the usual type is assumed.
  const type = certificate ? readPublicParts(certificate.subjectPublicKeyInfo).type : "RSA";
  const open = once(async () => {
    const pkcs8 = await decryptPkcs8(der, passphrase).catch((cause: unknown) => {
      throw cause instanceof RangeError
        ? unreadable(
            `privateKey cannot be decrypted: ${cause.message}.`,
            "Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.key -out new.key",
            cause,
          )
        : unreadable("privateKey cannot be decrypted with this passphrase.", "Check the passphrase.", cause);
    });
    const key = parseKey(pkcs8);
    certificateOf(key, chain);
    return key;
  });
  return { type, certificate, ...localKey(type, open) };
}

/** A key whose bytes we hold: parsed and imported once for each algorithm that is used. */
function localKey(
  type: PrivateKey["type"],
  open: () => Promise<PrivateKey>,
): Pick<AssertionSigner, "choose" | "sign" | "jwkThumbprint"> {
  const imported = new Map<SignatureAlgorithm, Promise<CryptoKey>>();
  return {
    choose: (algorithms, what) => choose(type === "RSA" ? ["PS256", "RS256"] : ["ES256"], algorithms, what),
    async sign(data, algorithm) {
      const parameters = webCryptoParameters(algorithm);
      const key =
        imported.get(algorithm) ??
        open().then(({ pkcs8 }) => crypto.subtle.importKey("pkcs8", pkcs8, parameters.key, false, ["sign"]));
      imported.set(algorithm, key);
      return new Uint8Array(await crypto.subtle.sign(parameters.signature, await key, data));
    },
    jwkThumbprint: async () => jwkThumbprint(await open()),
  };
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
  return {
    type: own === "ES256" ? "EC" : "RSA",
    certificate,
    choose: (algorithms, what) => choose([own], algorithms, what),
    sign: verifiedOnce(
      certificate,
      async (data, algorithm) =>
        new Uint8Array(await crypto.subtle.sign(webCryptoParameters(algorithm).signature, key, data)),
    ),
    jwkThumbprint: async () => (certificate ? thumbprintOf(certificate) : undefined),
  };
}

function external(sign: SignCallback, certificate: Certificate | undefined): AssertionSigner {
  const type = certificate ? readPublicParts(certificate.subjectPublicKeyInfo).type : "RSA";
  return {
    type,
    certificate,
    choose: (algorithms, what) => choose(type === "RSA" ? ["PS256", "RS256"] : ["ES256"], algorithms, what),
    sign: verifiedOnce(certificate, sign),
    jwkThumbprint: async () => (certificate ? thumbprintOf(certificate) : undefined),
  };
}

/** A key that cannot be looked into proves with its first signature that it belongs to the certificate. */
function verifiedOnce(certificate: Certificate | undefined, sign: SignCallback): SignCallback {
  let verified = certificate === undefined;
  return async (data, algorithm) => {
    const signature = Uint8Array.from(await sign(data, algorithm));
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
  able: readonly SignatureAlgorithm[],
  wanted: readonly SignatureAlgorithm[],
  what: string,
): SignatureAlgorithm {
  const found = wanted.find((algorithm) => able.includes(algorithm));
  if (found) return found;
  throw unreadable(
    `The key signs ${able.join(" or ")}; ${what} takes ${wanted.join(" or ")}.`,
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
