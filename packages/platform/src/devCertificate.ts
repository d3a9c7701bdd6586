import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  alternativeNames,
  authorityConstraints,
  authorityKeyId,
  type HostName,
  issueCertificate,
  keyUsage,
  nameConstraints,
  serverAuthentication,
  subjectKeyId,
} from "./certificates/issueCertificate.ts";

/** A certificate authority that can vouch for this machine's loopback names and nothing else. */
export interface DevAuthority {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

/** What a TLS listener needs, PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export const authorityCertificateFileName = "ca-certificate.pem";
const authorityKeyFileName = "ca-key.pem";
const commonName = "Latchkey local development CA";
const dayMs = 86_400_000;
const authorityLifetimeMs = 365 * dayMs;
const renewalMs = 30 * dayMs;

// Both kinds of name are constrained: a kind that a constraint does not mention would be allowed freely.
const permitted: readonly HostName[] = [
  { dns: "localhost" },
  { ip: Uint8Array.of(127, 0, 0, 0, 255, 0, 0, 0) },
  { ip: Uint8Array.of(...loopbackV6(), ...new Array<number>(16).fill(0xff)) },
];

/** The authority kept in the directory, while it lasts; a new one otherwise. Without a directory nothing is written. */
export function loadAuthority(dataDirectory: string | undefined, nowMs: number): DevAuthority {
  if (dataDirectory === undefined) {
    return createAuthority(nowMs);
  }
  const kept = readAuthority(dataDirectory);
  if (kept !== undefined && Date.parse(kept.certificate.validTo) - renewalMs > nowMs) {
    return kept;
  }
  const authority = createAuthority(nowMs);
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  writeWhole(join(dataDirectory, authorityKeyFileName), exportKey(authority.privateKey), 0o600);
  writeWhole(join(dataDirectory, authorityCertificateFileName), authority.certificate.toString(), 0o644);
  return authority;
}

/** A certificate for one run of the platform: its key never leaves the process. */
export function issueServerCertificate(authority: DevAuthority, nowMs: number): ServerCertificate {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = issueCertificate({
    commonName: "localhost",
    issuer: { commonName, privateKey: authority.privateKey },
    privateKey,
    notBeforeMs: nowMs - dayMs,
    notAfterMs: Math.min(nowMs + 90 * dayMs, Date.parse(authority.certificate.validTo)),
    serialNumber: randomBytes(16),
    extensions: [
      keyUsage("digitalSignature"),
      serverAuthentication(),
      alternativeNames([
        { dns: "localhost" },
        { ip: Uint8Array.of(127, 0, 0, 1) },
        { ip: Uint8Array.of(...loopbackV6()) },
      ]),
      subjectKeyId(privateKey),
      authorityKeyId(authority.privateKey),
    ],
  });
  return { certificate: certificate.toString(), privateKey: exportKey(privateKey) };
}

function createAuthority(nowMs: number): DevAuthority {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = issueCertificate({
    commonName,
    privateKey,
    // A day back, for machines and containers whose clocks disagree.
    notBeforeMs: nowMs - dayMs,
    notAfterMs: nowMs + authorityLifetimeMs,
    serialNumber: randomBytes(16),
    extensions: [
      authorityConstraints(),
      keyUsage("keyCertSign"),
      nameConstraints(permitted),
      subjectKeyId(privateKey),
      authorityKeyId(privateKey),
    ],
  });
  return { certificate, privateKey };
}

function readAuthority(dataDirectory: string): DevAuthority | undefined {
  try {
    const certificate = new X509Certificate(readFileSync(join(dataDirectory, authorityCertificateFileName)));
    const privateKey = createPrivateKey(readFileSync(join(dataDirectory, authorityKeyFileName)));
    // A crash between the two writes leaves a key of one authority beside the certificate of another.
    return certificate.checkPrivateKey(privateKey) ? { certificate, privateKey } : undefined;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that no reader sees half a file. */
function writeWhole(file: string, text: string, mode: number): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}

function exportKey(privateKey: KeyObject): string {
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

function loopbackV6(): number[] {
  return [...new Array<number>(15).fill(0), 1];
}
