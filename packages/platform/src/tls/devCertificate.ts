import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDataDirectory } from "../storage/dataDirectory.ts";
import {
  type Authority,
  createAuthority,
  exportKey,
  issueServerCertificate as issueFor,
  type ServerCertificate,
} from "./authority.ts";
import type { HostName } from "./issueCertificate.ts";

/** A certificate authority that can vouch for this machine's loopback names and nothing else. */
export type DevAuthority = Authority;

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
  const fresh = { commonName, names: { permitted }, nowMs, lifetimeMs: authorityLifetimeMs };
  if (dataDirectory === undefined) {
    return createAuthority(fresh);
  }
  const kept = readAuthority(dataDirectory);
  if (kept !== undefined && Date.parse(kept.certificate.validTo) - renewalMs > nowMs) {
    return kept;
  }
  const authority = createAuthority(fresh);
  makeDataDirectory(dataDirectory);
  writeWhole(join(dataDirectory, authorityKeyFileName), exportKey(authority.privateKey), 0o600);
  writeWhole(join(dataDirectory, authorityCertificateFileName), authority.certificate.toString(), 0o644);
  return authority;
}

/** A certificate for one run of the platform: its key never leaves the process. */
export function issueServerCertificate(authority: DevAuthority, nowMs: number): ServerCertificate {
  return issueFor({
    authority,
    authorityName: commonName,
    names: [{ dns: "localhost" }, { ip: Uint8Array.of(127, 0, 0, 1) }, { ip: Uint8Array.of(...loopbackV6()) }],
    nowMs,
  });
}

/**
 * The same for clients that ask for localhost by name. It names no address: Bun cannot compare an address with the
 * authority's constraints, and refuses a certificate that makes it try.
 */
export function issueLocalhostCertificate(authority: DevAuthority, nowMs: number): ServerCertificate {
  return issueFor({ authority, authorityName: commonName, names: [{ dns: "localhost" }], nowMs });
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

function loopbackV6(): number[] {
  return [...new Array<number>(15).fill(0), 1];
}
