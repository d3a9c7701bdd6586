import { X509Certificate } from "node:crypto";

/**
 * The certificate in a `key`: base64 of DER, or of a PEM file. Line feeds inside the base64 are passed over, because
 * Azure CLI sends a PEM body as it stands in the file.
 */
export function readCertificate(key: string): X509Certificate | undefined {
  const bytes = Buffer.from(key.replace(/\s/g, ""), "base64");
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}
