import { generateKeyPairSync, randomBytes } from "node:crypto";
import { issueCertificate, keyUsage, subjectKeyId } from "./issueCertificate.ts";

/** Options of {@link createSelfSignedCertificate}. */
export interface SelfSignedCertificateOptions {
  /** The subject, without `CN=`. */
  readonly commonName: string;
  /** Lifetime in days, from now. */
  readonly days: number;
  /** Default: the machine's time, in epoch milliseconds. */
  readonly nowMs?: number | undefined;
}

/** A key and its certificate. */
export interface SelfSignedCertificate {
  /** PKCS#8, PEM. */
  readonly privateKey: string;
  /** PEM. */
  readonly certificate: string;
  /** SHA-1, 40 upper-case hexadecimal digits, as shown in the portal. */
  readonly thumbprint: string;
  /** SHA-256, 64 upper-case hexadecimal digits. */
  readonly thumbprintSha256: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const dayMs = 86_400_000;

/**
 * Creates an RSA-2048 key and a self-signed certificate for an application, as `openssl genrsa`, `req` and `x509` do.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/howto-create-self-signed-certificate
 * @example
 * ```ts
 * import { createSelfSignedCertificate } from "@latchkey/platform";
 *
 * const { privateKey, certificate } = createSelfSignedCertificate({ commonName: "nightly report", days: 180 });
 * ```
 */
export function createSelfSignedCertificate(options: SelfSignedCertificateOptions): SelfSignedCertificate {
  const nowMs = Math.floor((options.nowMs ?? Date.now()) / 1000) * 1000;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const notAfterMs = nowMs + options.days * dayMs;
  const certificate = issueCertificate({
    commonName: options.commonName,
    privateKey,
    notBeforeMs: nowMs,
    notAfterMs,
    serialNumber: randomBytes(16),
    extensions: [keyUsage("digitalSignature"), subjectKeyId(privateKey)],
  });
  return {
    privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    certificate: certificate.toString(),
    thumbprint: certificate.fingerprint.replaceAll(":", ""),
    thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
    notBefore: new Date(nowMs),
    notAfter: new Date(notAfterMs),
  };
}
