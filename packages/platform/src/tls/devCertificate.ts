import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDataDirectory } from "../storage/dataDirectory.ts";
import {
  type Authority,
  createAuthority,
  exportKey,
  issueServerCertificate as issueCertificateFor,
  type ServerCertificate,
} from "./authority.ts";
import type { HostName } from "./issueCertificate.ts";

/** A certificate authority that can issue certificates only for this machine's loopback names. */
export type DevAuthority = Authority;

export const authorityCertificateFileName = "ca-certificate.pem";
const authorityKeyFileName = "ca-key.pem";
const commonName = "Latchkey local development CA";
const dayMs = 86_400_000;
const authorityLifetimeMs = 365 * dayMs;
const renewalMs = 30 * dayMs;

// Both types of names are constrained, because a type that is not mentioned would be unrestricted.
const permitted: readonly HostName[] = [
  { dns: "localhost" },
  { ip: Uint8Array.of(127, 0, 0, 0, 255, 0, 0, 0) },
  { ip: Uint8Array.of(...loopbackV6(), ...new Array<number>(16).fill(0xff)) },
];

/**
 * Returns the stored authority until it is due for renewal, or else a new one. Without a directory, nothing is written.
 */
export function loadAuthority(dataDirectory: string | undefined, nowMs: number): DevAuthority {
  const options = { commonName, names: { permitted }, nowMs, lifetimeMs: authorityLifetimeMs };
  if (dataDirectory === undefined) {
    return createAuthority(options);
  }
  const stored = readAuthority(dataDirectory);
  if (stored !== undefined && Date.parse(stored.certificate.validTo) - renewalMs > nowMs) {
    return stored;
  }
  const authority = createAuthority(options);
  makeDataDirectory(dataDirectory);
  writeAtomically(join(dataDirectory, authorityKeyFileName), exportKey(authority.privateKey), 0o600);
  writeAtomically(join(dataDirectory, authorityCertificateFileName), authority.certificate.toString(), 0o644);
  return authority;
}

/** Issues a certificate for one run of the platform. Its key never leaves the process. */
export function issueServerCertificate(authority: DevAuthority, nowMs: number): ServerCertificate {
  return issueCertificateFor({
    authority,
    authorityName: commonName,
    names: [{ dns: "localhost" }, { ip: Uint8Array.of(127, 0, 0, 1) }, { ip: Uint8Array.of(...loopbackV6()) }],
    nowMs,
  });
}

/**
 * Issues the same for clients that use the name localhost. It has no IP address: Bun cannot compare an address with the
 * authority's constraints, and refuses certificates that require it.
 */
export function issueLocalhostCertificate(authority: DevAuthority, nowMs: number): ServerCertificate {
  return issueCertificateFor({ authority, authorityName: commonName, names: [{ dns: "localhost" }], nowMs });
}

function readAuthority(dataDirectory: string): DevAuthority | undefined {
  try {
    const certificate = new X509Certificate(readFileSync(join(dataDirectory, authorityCertificateFileName)));
    const privateKey = createPrivateKey(readFileSync(join(dataDirectory, authorityKeyFileName)));
    // After a crash between the two writes, the key and the certificate may belong to different authorities.
    return certificate.checkPrivateKey(privateKey) ? { certificate, privateKey } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes to another file and renames it, so that a reader never sees a partial file. */
function writeAtomically(file: string, text: string, mode: number): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}

function loopbackV6(): number[] {
  return [...new Array<number>(15).fill(0), 1];
}
