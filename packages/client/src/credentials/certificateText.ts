import { type PemBlock, readPem } from "../crypto/pem.ts";
import { readPublicParts } from "../crypto/privateKey.ts";
import { type Certificate, readCertificate } from "../crypto/x509.ts";
import { ConfigurationError } from "../errors.ts";

/** The certificates of a PEM text; throws {@link ConfigurationError} when it holds none that can be read. */
export function readCertificates(option: string, text: string): Certificate[] {
  const blocks = readBlocks(option, text);
  const found = blocks.filter(({ label }) => label === "CERTIFICATE" || label === "X509 CERTIFICATE");
  if (found.length === 0) {
    const labels = blocks.map(({ label }) => label).join(", ") || "no PEM block";
    throw unreadable(
      `${option} holds ${labels}, not a certificate.`,
      "Pass the text of the .crt or .pem file that begins with -----BEGIN CERTIFICATE-----.",
    );
  }
  try {
    const certificates = found.map(({ der }) => readCertificate(der));
    if (certificates[0]) readPublicParts(certificates[0].subjectPublicKeyInfo);
    return certificates;
  } catch (cause) {
    throw unreadable(
      `${option} holds a certificate that cannot be read.`,
      "Check that the file is whole and its key RSA or EC.",
      cause,
    );
  }
}

/** The PEM blocks of an option's text; throws {@link ConfigurationError} when they are not base64. */
export function readBlocks(option: string, text: string): PemBlock[] {
  if (typeof text !== "string")
    throw unreadable(`${option} is not a text.`, "Pass the PEM file's text, read as UTF-8.");
  try {
    return readPem(text);
  } catch (cause) {
    throw unreadable(
      `${option} holds a PEM block that is not base64.`,
      "Check that the text is whole, with its line breaks: a variable that swallowed them needs \\n put back.",
      cause,
    );
  }
}

/** The error for a key or certificate that cannot be used. */
export function unreadable(message: string, remedy: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(message, { code: "invalid_credential", remedy, cause });
}
