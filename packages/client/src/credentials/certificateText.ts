import { unwrap } from "../api/checks/pastedText.ts";
import { decodeBase64 } from "../crypto/base64url.ts";
import { readPublicKey } from "../crypto/privateKey.ts";
import { type Certificate, readCertificate } from "../crypto/x509.ts";
import { ConfigurationError } from "../errors/errors.ts";

/** The certificates of a PEM text; throws {@link ConfigurationError} if it contains none that can be read. */
export function readCertificates(option: string, text: string): Certificate[] {
  const blocks = readBlocks(option, text);
  const found = blocks.filter(({ label }) => label === "CERTIFICATE" || label === "X509 CERTIFICATE");
  if (found.length === 0) {
    throw credentialError(
      `${option} contains ${describeBlocks(blocks)}, not a certificate.`,
      "Pass the text of the .crt or .pem file that begins with -----BEGIN CERTIFICATE-----.",
    );
  }
  try {
    const certificates = found.map(({ der }) => readCertificate(der));
    // A certificate authority in the chain may have a key that cannot sign assertions.
    const keys = certificates.map(({ subjectPublicKeyInfo }) => readPublicKey(subjectPublicKeyInfo));
    if (keys.every((key) => key === undefined)) {
      throw new RangeError("no public key is RSA or EC");
    }
    return certificates;
  } catch (cause) {
    throw credentialError(
      `${option} contains a certificate that cannot be read.`,
      "Check that the file is complete and its key is RSA or EC.",
      cause,
    );
  }
}

/** One block of a PEM text: its label and its decoded bytes. @see RFC 7468 section 2 */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array<ArrayBuffer>;
  /** Whether the block has RFC 1421 headers (`Proc-Type: 4,ENCRYPTED`): OpenSSL's legacy encryption. */
  readonly legacyEncryption: boolean;
}

/**
 * The PEM blocks of an option's text, which may be base64 as a whole; throws {@link ConfigurationError} if they are not
 * base64, and for a PKCS#12 file, in whatever encoding it was read.
 */
export function readBlocks(option: string, given: unknown): PemBlock[] {
  const text =
    typeof given === "string" ? fromBase64(given) : given instanceof Uint8Array ? new TextDecoder().decode(given) : "";
  // RFC 7292 section 4: SEQUENCE { INTEGER 3, … }; length bytes that are not UTF-8 have become other characters.
  if (text.startsWith("0") && text.slice(1, 9).includes("\u0002\u0001\u0003")) {
    throw credentialError(
      `${option} is a PKCS#12 file (.pfx, .p12).`,
      "Convert it: openssl pkcs12 -in old.pfx -nodes -out new.pem; then pass the text of new.pem both as privateKey and as certificate.",
    );
  }
  if (typeof given !== "string") {
    throw credentialError(`${option} is not a string.`, "Pass the text of the PEM file, read as UTF-8.");
  }
  try {
    return readPem(text);
  } catch (cause) {
    throw credentialError(
      `${option} contains a PEM block that is not base64.`,
      "Check that the text is complete and contains nothing else.",
      cause,
    );
  }
}

/** The labels of the blocks, for an error about a missing one. */
export function describeBlocks(blocks: readonly PemBlock[]): string {
  return blocks.map(({ label }) => label).join(", ") || "no PEM block";
}

/** The content of a text that is base64 as a whole, one byte per character; otherwise the text itself. */
function fromBase64(text: string): string {
  try {
    return text.includes("BEGIN ") ? text : atob(unwrap(text));
  } catch {
    return text;
  }
}

/** The error for an unusable key or certificate. */
export function credentialError(message: string, remedy: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(message, { code: "invalid_credential", remedy, cause });
}

/**
 * The blocks of a PEM text in file order; throws if a block is not base64. Text between blocks is ignored, and so is
 * damage from environment variables and editors: escaped or missing line breaks, quotation marks, invisible characters,
 * lengthened dashes, a missing END.
 */
function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const bare = text.replace(/\\+[nrt]?|[\p{C}\p{DI}\p{QMark}`]/gu, "");
  for (const [, label = "", body = ""] of bare.matchAll(/BEGIN ([A-Z0-9 ]{1,40})\p{Pd}{1,5}(.*?)(?=\p{Pd}{2}|$)/gsu)) {
    const legacyEncryption = body.includes("Proc-Type:");
    blocks.push({
      label,
      legacyEncryption,
      der: legacyEncryption ? new Uint8Array() : decodeBase64(body.replace(/\p{Z}+/gu, "")),
    });
  }
  return blocks;
}
