import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { issueCertificate } from "../../src/tls/issueCertificate.ts";

export interface TestCertificate {
  readonly pem: string;
  readonly privateKey: KeyObject;
  /** Thumbprints, base64url without padding. */
  readonly sha1: string;
  readonly sha256: string;
}

export function makeCertificate(notBeforeMs: number, notAfterMs: number): TestCertificate {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const certificate = issueCertificate({
    commonName: "A daemon's certificate",
    privateKey,
    notBeforeMs,
    notAfterMs,
    serialNumber: Uint8Array.of(1, 2, 3, 4),
    extensions: [],
  });
  const digest = (algorithm: string): string => createHash(algorithm).update(certificate.raw).digest("base64url");
  return { pem: certificate.toString(), privateKey, sha1: digest("sha1"), sha256: digest("sha256") };
}

export function signAssertion(
  key: KeyObject | Uint8Array,
  header: Record<string, unknown> & { alg: string },
  claims: JWTPayload,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}
