import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  X509Certificate,
} from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../core/clock.ts";
import { issueCertificate, subjectKeyId } from "../tls/issueCertificate.ts";

/** A key that tokens are signed with. */
export interface SigningKey {
  /** Base64url SHA-1 of the certificate; used as `kid` and `x5t`. */
  readonly kid: string;
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * A key from the caller, in PEM. Without a certificate a self-signed one is created, always the same for the same key.
 */
export interface GivenKey {
  readonly privateKey: string;
  readonly certificate?: string | undefined;
}

export interface SigningKeys {
  /** The key that signs now. The first call may wait until it has been generated. */
  current(): Promise<SigningKey>;
  /** All published keys, newest first. */
  published(): Promise<readonly SigningKey[]>;
  /** Signs with a new key from now on; the older ones stay published. */
  rollover(): Promise<SigningKey>;
}

export interface SigningKeysOptions {
  readonly clock: Clock;
  readonly dataDirectory: string | undefined;
  /** Newest first. They take precedence over the data directory's and are never written to it. */
  readonly given: readonly GivenKey[] | undefined;
}

const signingKeysFileName = "signing-keys.pem";

const generate = promisify(generateKeyPair);

// A fixed lifetime from a fixed date, so that a given key always has the same certificate and the same kid.
const validFromMs = Date.UTC(2026, 0, 1);
const validToMs = Date.UTC(2049, 11, 31);

export function openSigningKeys(options: SigningKeysOptions): SigningKeys {
  const file = options.dataDirectory === undefined ? undefined : join(options.dataDirectory, signingKeysFileName);
  let keys = loadKeys(options, file);
  // A failure is reported where a key is needed; without this it would also end the process as unhandled.
  keys.catch(() => undefined);
  return {
    current: async () => firstOf(await keys),
    published: () => keys,
    async rollover() {
      const previous = keys;
      const next = (async () => {
        const all = [await makeKey(), ...(await previous)];
        if (file !== undefined && options.given === undefined) {
          saveKeys(file, all);
        }
        return all;
      })();
      keys = next;
      next.catch(() => {
        keys = previous;
      });
      return firstOf(await next);
    },
  };
}

/** Existing keys are read immediately, so that a bad one fails the start; a new one is generated in the background. */
function loadKeys(options: SigningKeysOptions, file: string | undefined): Promise<readonly SigningKey[]> {
  if (options.given !== undefined) {
    return Promise.resolve(options.given.map(readGivenKey));
  }
  return file !== undefined && existsSync(file)
    ? Promise.resolve(readKeys(readFileSync(file, "utf8")))
    : makeFirstKey(file);
}

async function makeFirstKey(file: string | undefined): Promise<readonly SigningKey[]> {
  const keys = [await makeKey()];
  if (file !== undefined) {
    saveKeys(file, keys);
  }
  return keys;
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generate("rsa", { modulusLength: 2048 });
  return signingKey(privateKey, selfSigned(privateKey));
}

function readGivenKey(given: GivenKey): SigningKey {
  const privateKey = createPrivateKey(given.privateKey);
  if (privateKey.asymmetricKeyType !== "rsa") {
    throw new TypeError(`A signing key must be RSA (tokens are RS256), got ${privateKey.asymmetricKeyType}`);
  }
  const certificate = given.certificate === undefined ? selfSigned(privateKey) : new X509Certificate(given.certificate);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new TypeError("The certificate given with a signing key does not belong to it");
  }
  return signingKey(privateKey, certificate);
}

function readKeys(text: string): readonly SigningKey[] {
  const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g) ?? [];
  const keys = blocks.flatMap((block, index) => {
    const certificate = blocks[index + 1];
    return block.includes("PRIVATE KEY") && certificate !== undefined ? [{ privateKey: block, certificate }] : [];
  });
  if (keys.length === 0) {
    throw new Error(
      `${signingKeysFileName} in the data directory contains no key: delete it to have a new one generated`,
    );
  }
  return keys.map(readGivenKey);
}

function saveKeys(file: string, keys: readonly SigningKey[]): void {
  const text = keys
    .map((key) => `${key.privateKey.export({ format: "pem", type: "pkcs8" })}${key.certificate.toString()}`)
    .join("");
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}

function selfSigned(privateKey: KeyObject): X509Certificate {
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return issueCertificate({
    commonName: "Latchkey local platform token signing",
    privateKey,
    notBeforeMs: validFromMs,
    notAfterMs: validToMs,
    serialNumber: createHash("sha256").update(spki).digest().subarray(0, 16),
    extensions: [subjectKeyId(privateKey)],
  });
}

function signingKey(privateKey: KeyObject, certificate: X509Certificate): SigningKey {
  const kid = createHash("sha1").update(certificate.raw).digest("base64url");
  return { kid, certificate, privateKey, publicKey: createPublicKey(privateKey) };
}

function firstOf(keys: readonly SigningKey[]): SigningKey {
  const [first] = keys;
  if (first === undefined) {
    throw new Error("The platform was given an empty list of signing keys");
  }
  return first;
}
