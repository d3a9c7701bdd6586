import "reflect-metadata";
import { createHash, generateKeyPairSync, type KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";
import { testStart } from "./manualClock.ts";

const dayMs = 86_400_000;

/** A key pair with a self-signed certificate, in common formats. */
export interface CertifiedKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly pem: string;
  readonly certificate: string;
  /** Thumbprints in upper-case hexadecimal, as the portal shows them. */
  readonly sha1: string;
  readonly sha256: string;
}

export interface CertifyOptions {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly name?: string;
  /** For a server: the host names that it answers to. */
  readonly dnsNames?: readonly string[];
}

export function rsaKeyPair(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

export function ecKeyPair(namedCurve = "P-256"): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve });
}

const signingAlgorithms: Readonly<Record<"rsa" | "ec" | "ed25519", KeyAlgorithm>> = {
  rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ec: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ed25519: { name: "Ed25519" },
};

/** Self-signs a certificate for a key pair; valid around the tests' start by default. */
export async function certify(
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
  {
    notBefore = new Date(testStart - dayMs),
    notAfter = new Date(testStart + 365 * dayMs),
    name = "daemon",
    dnsNames = [],
  }: CertifyOptions = {},
): Promise<CertifiedKey> {
  const algorithm = signingAlgorithms[privateKey.asymmetricKeyType as keyof typeof signingAlgorithms];
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      notBefore,
      notAfter,
      signingAlgorithm: algorithm,
      extensions:
        dnsNames.length === 0
          ? []
          : [
              new SubjectAlternativeNameExtension(
                dnsNames.map((value) => ({
                  type: value.startsWith("127.") ? ("ip" as const) : ("dns" as const),
                  value,
                })),
              ),
            ],
      keys: {
        privateKey: await importPrivate(privateKey, algorithm, ["sign"]),
        publicKey: await importPublic(publicKey, algorithm),
      },
    },
    webcrypto as Crypto,
  );
  const pem = `${certificate.toString("pem")}\n`;
  const der = new X509Certificate(pem).raw;
  const digest = (hash: string): string => createHash(hash).update(der).digest("hex").toUpperCase();
  return {
    privateKey,
    publicKey,
    pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: pem,
    sha1: digest("sha1"),
    sha256: digest("sha256"),
  };
}

/** A certificate that a local server can use today, and that a client can trust directly. */
export function serverCertificate(...dnsNames: readonly string[]): Promise<CertifiedKey> {
  const nowMs = Date.now();
  return certify(ecKeyPair(), {
    dnsNames,
    name: dnsNames[0] ?? "server",
    notBefore: new Date(nowMs - dayMs),
    notAfter: new Date(nowMs + dayMs),
  });
}

/** A new RSA key with its certificate. */
export function rsaCertificate(options?: CertifyOptions): Promise<CertifiedKey> {
  return certify(rsaKeyPair(), options);
}

/** A new P-256 key with its certificate. */
export function ecCertificate(options?: CertifyOptions): Promise<CertifiedKey> {
  return certify(ecKeyPair(), options);
}

/** A new Ed25519 key with its certificate: a type that must not sign assertions. */
export function edCertificate(options?: CertifyOptions): Promise<CertifiedKey> {
  return certify(generateKeyPairSync("ed25519"), options);
}

export type KeyAlgorithm = { readonly name: string; readonly hash?: string; readonly namedCurve?: string };

/** The private key as WebCrypto's. */
export function importPrivate(
  key: KeyObject,
  algorithm: KeyAlgorithm,
  usages: KeyUsage[],
  extractable = false,
): Promise<CryptoKey> {
  return crypto.subtle.importKey(
    "pkcs8",
    new Uint8Array(key.export({ type: "pkcs8", format: "der" })),
    algorithm as RsaHashedImportParams,
    extractable,
    usages,
  );
}

/** The public key as WebCrypto's. */
function importPublic(key: KeyObject, algorithm: KeyAlgorithm): Promise<CryptoKey> {
  return crypto.subtle.importKey(
    "spki",
    new Uint8Array(key.export({ type: "spki", format: "der" })),
    algorithm as RsaHashedImportParams,
    true,
    ["verify"],
  );
}

/** Hexadecimal digits as base64url without padding: the form in which headers contain thumbprints. */
export function hexToBase64Url(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64url");
}
