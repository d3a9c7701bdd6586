import { createHash, X509Certificate } from "node:crypto";
import { randomGuid } from "../../core/random.ts";
import { bytesColumn, numberColumn, optionalTextColumn, type Row, textColumn } from "../../storage/database.ts";
import type { KeyCredential } from "../applications/applicationProperties.ts";
import type { Directory } from "../directory.ts";

/** How to register a certificate with an application. */
export interface AddCertificateOptions {
  /** Default: the subject of the certificate. Cut after 90 characters. */
  readonly displayName?: string | null | undefined;
  /** Default: a new GUID. */
  readonly keyId?: string | undefined;
  /** Default: the start of the certificate's validity. */
  readonly startMs?: number | undefined;
  /** Default: the end of the certificate's validity. */
  readonly endMs?: number | undefined;
  /** Default `AsymmetricX509Cert`. */
  readonly type?: string | undefined;
  /** Default `Verify`. */
  readonly usage?: string | undefined;
}

/**
 * Registers a certificate, PEM or DER, with an application. Throws when it cannot be read or when `endMs` is after the
 * end of the certificate's validity.
 */
export function addCertificate(
  directory: Directory,
  applicationId: string,
  certificate: string | Uint8Array,
  options: AddCertificateOptions = {},
): KeyCredential {
  const parsed = new X509Certificate(certificate);
  const certificateEndMs = Date.parse(parsed.validTo);
  const endMs = options.endMs ?? certificateEndMs;
  if (endMs > certificateEndMs) {
    throw new RangeError(
      `The certificate ends at ${new Date(certificateEndMs).toISOString()}; the key cannot be valid for longer`,
    );
  }
  const added: KeyCredential = {
    keyId: options.keyId ?? randomGuid(directory.random),
    displayName: (options.displayName ?? parsed.subject.replaceAll("\n", ", ")).slice(0, 90),
    thumbprint: thumbprintOf(parsed.raw, "sha1"),
    thumbprintSha256: thumbprintOf(parsed.raw, "sha256"),
    type: options.type ?? "AsymmetricX509Cert",
    usage: options.usage ?? "Verify",
    startMs: options.startMs ?? Date.parse(parsed.validFrom),
    endMs,
  };
  directory.database.run(
    `INSERT INTO keyCredential (applicationId, keyId, thumbprint, thumbprintSha256, certificate, displayName, type,
     usage, startMs, endMs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    applicationId,
    added.keyId,
    added.thumbprint,
    added.thumbprintSha256,
    parsed.raw,
    added.displayName,
    added.type,
    added.usage,
    added.startMs,
    added.endMs,
  );
  return added;
}

export function removeCertificate(directory: Directory, applicationId: string, keyId: string): boolean {
  const sql = "DELETE FROM keyCredential WHERE applicationId = ? AND keyId = ?";
  return directory.database.run(sql, applicationId, keyId) > 0;
}

export function listKeyCredentials(directory: Directory, applicationId: string): readonly KeyCredential[] {
  return directory.database
    .all("SELECT * FROM keyCredential WHERE applicationId = ? ORDER BY rowid", applicationId)
    .map(readCredential);
}

/** The registered certificate, DER. */
export function getCertificate(directory: Directory, applicationId: string, keyId: string): Uint8Array | undefined {
  const row = directory.database.get(
    "SELECT certificate FROM keyCredential WHERE applicationId = ? AND keyId = ?",
    applicationId,
    keyId,
  );
  return row === undefined ? undefined : bytesColumn(row, "certificate");
}

/** Upper-case hexadecimal, as certificate tools and the portal display it. */
export function thumbprintOf(der: Uint8Array, algorithm: "sha1" | "sha256"): string {
  return createHash(algorithm).update(der).digest("hex").toUpperCase();
}

function readCredential(row: Row): KeyCredential {
  return {
    keyId: textColumn(row, "keyId"),
    displayName: optionalTextColumn(row, "displayName") ?? null,
    thumbprint: textColumn(row, "thumbprint"),
    thumbprintSha256: textColumn(row, "thumbprintSha256"),
    type: textColumn(row, "type"),
    usage: textColumn(row, "usage"),
    startMs: numberColumn(row, "startMs"),
    endMs: numberColumn(row, "endMs"),
  };
}
