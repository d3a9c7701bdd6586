import { generateKeyPairSync, type KeyObject, randomBytes, type X509Certificate } from "node:crypto";
import {
  alternativeNames,
  authorityConstraints,
  authorityKeyId,
  type Constraints,
  type HostName,
  issueCertificate,
  keyUsage,
  nameConstraints,
  serverAuthentication,
  subjectKeyId,
} from "./issueCertificate.ts";

/** A certificate authority that can issue certificates only for the names it was created for. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

/** PEM texts for a TLS listener. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface AuthorityOptions {
  readonly commonName: string;
  readonly names: Constraints;
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

export interface ServerCertificateOptions {
  readonly authority: Authority;
  readonly authorityName: string;
  /** The first one is also the subject. */
  readonly names: readonly [HostName, ...HostName[]];
  readonly nowMs: number;
}

const dayMs = 86_400_000;

export function createAuthority({ commonName, names, nowMs, lifetimeMs }: AuthorityOptions): Authority {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = issueCertificate({
    commonName,
    privateKey,
    // Valid from a day earlier, for machines and containers whose clocks differ.
    notBeforeMs: nowMs - dayMs,
    notAfterMs: nowMs + lifetimeMs,
    serialNumber: randomBytes(16),
    extensions: [
      authorityConstraints(),
      keyUsage("keyCertSign"),
      nameConstraints(names),
      subjectKeyId(privateKey),
      authorityKeyId(privateKey),
    ],
  });
  return { certificate, privateKey };
}

/** Issues a certificate for one run of the platform. Its key never leaves the process. */
export function issueServerCertificate(options: ServerCertificateOptions): ServerCertificate {
  const { authority, authorityName, names, nowMs } = options;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = issueCertificate({
    commonName: names[0].dns ?? "localhost",
    issuer: { commonName: authorityName, privateKey: authority.privateKey },
    privateKey,
    notBeforeMs: nowMs - dayMs,
    notAfterMs: Math.min(nowMs + 90 * dayMs, Date.parse(authority.certificate.validTo)),
    serialNumber: randomBytes(16),
    extensions: [
      keyUsage("digitalSignature"),
      serverAuthentication(),
      alternativeNames(names),
      subjectKeyId(privateKey),
      authorityKeyId(authority.privateKey),
    ],
  });
  return { certificate: certificate.toString(), privateKey: exportKey(privateKey) };
}

export function exportKey(privateKey: KeyObject): string {
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}
