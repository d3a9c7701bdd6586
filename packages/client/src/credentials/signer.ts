import type { ClientCertificateOptions, KeyObjectLike, SignCallback } from "../api/credential.ts";
import { decryptPkcs8 } from "../crypto/encryptedKey.ts";
import {
  belongsTo,
  jwkThumbprint,
  type PrivateKey,
  type PublicKey,
  readPkcs8,
  readPublicKey,
  type SignatureAlgorithm,
  toPkcs8,
  webCryptoParameters,
} from "../crypto/privateKey.ts";
import type { Certificate } from "../crypto/x509.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { credentialError, describeBlocks, readBlocks } from "./certificateText.ts";

/** A key that is ready to sign assertions, wherever it is stored. */
export interface AssertionSigner {
  readonly type: PublicKey["type"];
  /** The certificate of the key, if one was given. */
  readonly certificate: Certificate | undefined;
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly sign: SignCallback;
  jwkThumbprint(): Promise<string | undefined>;
}

/**
 * Creates the signer of a certificate credential. Everything that can be checked synchronously is checked at once; an
 * encrypted key is decrypted on first use.
 */
export function makeSigner(
  options: ClientCertificateOptions,
  chain: readonly Certificate[],
): () => AssertionSigner | Promise<AssertionSigner> {
  const { privateKey, sign } = options;
  if ((privateKey === undefined) === (sign === undefined)) {
    throw credentialError(
      privateKey === undefined ? "Neither privateKey nor sign is set." : "Both privateKey and sign are set.",
      "Pass the private key's PEM text as privateKey, or a sign callback.",
    );
  }
  if (typeof privateKey === "string" || privateKey instanceof Uint8Array) {
    return fromText(privateKey, options.passphrase, chain);
  }
  const signer = sign ? externalSigner(sign, chain[0]) : fromObject(privateKey, chain);
  return () => signer;
}

function fromObject(key: unknown, chain: readonly Certificate[]): AssertionSigner {
  if (typeof key === "object" && key !== null) {
    if ("export" in key) {
      return fromKeyObject(key as KeyObjectLike, chain);
    }
    if ("algorithm" in key) {
      return fromCryptoKey(key as CryptoKey, chain[0]);
    }
  }
  throw credentialError(
    "privateKey is neither a string nor a key object.",
    "Pass PEM text, a CryptoKey or a KeyObject.",
  );
}

function fromKeyObject(key: KeyObjectLike, chain: readonly Certificate[]): AssertionSigner {
  if (key.type !== "private") {
    throw cannotSign(key.type);
  }
  return fromBytes(new Uint8Array(key.export({ format: "der", type: "pkcs8" })), chain);
}

function fromText(
  text: unknown,
  passphrase: string | undefined,
  chain: readonly Certificate[],
): () => AssertionSigner | Promise<AssertionSigner> {
  const blocks = readBlocks("privateKey", text);
  const block = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined) {
    throw credentialError(
      `privateKey contains ${describeBlocks(blocks)}, not a private key.`,
      "Pass the text of the file that begins with -----BEGIN PRIVATE KEY-----.",
    );
  }
  const { label, der } = block;
  if (block.legacyEncryption) {
    throw credentialError(
      "privateKey is encrypted in OpenSSL's legacy form (Proc-Type: 4,ENCRYPTED).",
      "Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.key -out new.key",
    );
  }
  if (label === "ENCRYPTED PRIVATE KEY") {
    if (passphrase === undefined) {
      throw credentialError("privateKey is encrypted but there is no passphrase.", "Pass the key's passphrase.");
    }
    // A failure is cached as well: it would only repeat.
    let opened: Promise<AssertionSigner> | undefined;
    return () => {
      opened ??= decrypt(der, passphrase).then((pkcs8) => fromBytes(pkcs8, chain));
      return opened;
    };
  }
  const pkcs8 = toPkcs8(label, der);
  if (pkcs8 === undefined) {
    throw credentialError(
      `privateKey is a ${label}.`,
      "Convert it: openssl pkcs8 -topk8 -nocrypt -in old.key -out new.key",
    );
  }
  const signer = fromBytes(pkcs8, chain);
  return () => signer;
}

function decrypt(der: Uint8Array<ArrayBuffer>, passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  return decryptPkcs8(der, passphrase).catch((cause: unknown) => {
    throw cause instanceof RangeError
      ? credentialError(
          `privateKey cannot be decrypted: ${cause.message}.`,
          "Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.key -out new.key",
          cause,
        )
      : credentialError("privateKey cannot be decrypted with this passphrase.", "Check the passphrase.", cause);
  });
}

/** A key whose bytes are available: parsed once, and imported once per algorithm. */
function fromBytes(pkcs8: Uint8Array<ArrayBuffer>, chain: readonly Certificate[]): AssertionSigner {
  const key = parseKey(pkcs8);
  const certificate = chain.find(({ subjectPublicKeyInfo }) => belongsTo(key, readPublicKey(subjectPublicKeyInfo)));
  if (certificate === undefined && chain.length > 0) {
    throw mismatch();
  }
  const imported = new Map<SignatureAlgorithm, Promise<CryptoKey>>();
  return {
    type: key.type,
    certificate,
    algorithms: algorithmsOf(key),
    async sign(data, algorithm) {
      const ready = imported.get(algorithm) ?? importKey(key.pkcs8, algorithm);
      imported.set(algorithm, ready);
      return signWith(await ready, data, algorithm);
    },
    jwkThumbprint: () => jwkThumbprint(key),
  };
}

function algorithmsOf({ type }: PublicKey): readonly SignatureAlgorithm[] {
  return type === "RSA" ? ["PS256", "RS256"] : ["ES256"];
}

/** The structure has been checked before; this checks that the numbers form a key. */
function importKey(pkcs8: Uint8Array<ArrayBuffer>, algorithm: SignatureAlgorithm): Promise<CryptoKey> {
  return crypto.subtle
    .importKey("pkcs8", pkcs8, webCryptoParameters[algorithm], false, ["sign"])
    .catch((cause: unknown) => {
      throw credentialError(
        "privateKey contains no usable key.",
        "Check that the file is complete and unchanged.",
        cause,
      );
    });
}

async function signWith(
  key: CryptoKey,
  data: Uint8Array<ArrayBuffer>,
  algorithm: SignatureAlgorithm,
): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(webCryptoParameters[algorithm], key, data));
}

function fromCryptoKey(key: CryptoKey, certificate: Certificate | undefined): AssertionSigner {
  if (key.type !== "private" || !key.usages.includes("sign")) {
    throw cannotSign(`${key.type}, usages ${key.usages.join(" ")}`);
  }
  const own = (["PS256", "RS256", "ES256"] as const).find((algorithm) => canSign(key, algorithm));
  if (own === undefined) {
    throw credentialError(
      `privateKey is a CryptoKey for ${key.algorithm.name}, which supports none of PS256, RS256 and ES256.`,
      "Import it for RSA-PSS, RSASSA-PKCS1-v1_5 (both with SHA-256) or ECDSA on P-256.",
    );
  }
  const signer = externalSigner((data, algorithm) => signWith(key, data, algorithm), certificate);
  const type = own === "ES256" ? "EC" : "RSA";
  if (certificate && signer.type !== type) {
    throw mismatch();
  }
  return {
    ...signer,
    type,
    algorithms: [own],
    async jwkThumbprint() {
      if (certificate || !key.extractable) {
        return signer.jwkThumbprint();
      }
      return jwkThumbprint(readPkcs8(new Uint8Array(await crypto.subtle.exportKey("pkcs8", key))));
    },
  };
}

/** A key whose bytes are not available: its type is taken from its certificate. */
function externalSigner(sign: SignCallback, certificate: Certificate | undefined): AssertionSigner {
  const key = certificate ? readPublicKey(certificate.subjectPublicKeyInfo) : ({ type: "RSA", parts: [] } as const);
  if (key === undefined) {
    throw mismatch();
  }
  return {
    type: key.type,
    certificate,
    algorithms: algorithmsOf(key),
    sign: verifiedOnce(certificate, sign),
    jwkThumbprint: () => jwkThumbprint(key),
  };
}

/** The first signature of such a key is verified against the certificate. */
function verifiedOnce(certificate: Certificate | undefined, sign: SignCallback): SignCallback {
  let unverified = certificate;
  return async (data, algorithm) => {
    const signed: unknown = await sign(data, algorithm);
    // Checked by structure: in jest a Buffer is not an instance of the program's Uint8Array.
    if (!ArrayBuffer.isView(signed) || signed.byteLength === 0) {
      throw credentialError("sign returned no bytes.", "Return the raw signature as a Uint8Array.");
    }
    const signature = Uint8Array.from(new Uint8Array(signed.buffer, signed.byteOffset, signed.byteLength));
    if (unverified) {
      const parameters = webCryptoParameters[algorithm];
      const spki = unverified.subjectPublicKeyInfo;
      const publicKey = await crypto.subtle.importKey("spki", spki, parameters, false, ["verify"]);
      if (!(await crypto.subtle.verify(parameters, publicKey, signature, data))) {
        throw mismatch();
      }
      unverified = undefined;
    }
    return signature;
  };
}

/** The first algorithm that the key supports; throws {@link ConfigurationError} if it supports none. */
export function chooseAlgorithm(
  { algorithms: own }: AssertionSigner,
  required: readonly SignatureAlgorithm[],
  what: string,
): SignatureAlgorithm {
  const found = required.find((algorithm) => own.includes(algorithm));
  if (found) {
    return found;
  }
  throw credentialError(
    `The key supports ${own.join(" or ")}; ${what} requires ${required.join(" or ")}.`,
    `Use a key that supports ${required.join(" or ")}.`,
  );
}

function canSign(key: CryptoKey, algorithm: SignatureAlgorithm): boolean {
  const required = webCryptoParameters[algorithm];
  const { name, hash, namedCurve } = key.algorithm as { name: string; hash?: { name: string }; namedCurve?: string };
  // An EC key is bound to its curve, an RSA key to its hash.
  return (
    name === required.name &&
    namedCurve === required.namedCurve &&
    (hash ?? { name: required.hash }).name === required.hash
  );
}

function parseKey(pkcs8: Uint8Array<ArrayBuffer>): PrivateKey {
  try {
    return readPkcs8(pkcs8);
  } catch (cause) {
    throw credentialError(
      "privateKey cannot be read as an RSA or EC P-256 key.",
      "Check that the file is complete and of this type.",
      cause,
    );
  }
}

function mismatch(): ConfigurationError {
  return new ConfigurationError("The private key and the certificate do not belong together.", {
    code: "certificate_key_mismatch",
    remedy: "Pass the key of this certificate, or the certificate of this key.",
  });
}

function cannotSign(what: string): ConfigurationError {
  return credentialError(
    `privateKey is a key that cannot sign (${what}).`,
    "Pass a private key that is allowed to sign.",
  );
}
