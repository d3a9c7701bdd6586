import { X509Certificate } from "node:crypto";
import { thumbprintOf } from "../../directory/credentials/keyCredentials.ts";
import type { Outcome } from "../frame/portalPage.ts";

interface Certificate {
  readonly kind: "certificate";
  readonly der: Uint8Array;
  readonly thumbprint: string;
}

/** The one certificate of an uploaded file, PEM or DER. A private key in it is refused: it would have left its owner. */
export function readCertificate(file: Uint8Array): Certificate | Extract<Outcome, { kind: "problem" }> {
  const text = Buffer.from(file).toString("latin1");
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return refuse("The file holds a private key. Upload the certificate alone; the key stays with the program.");
  }
  const count = text.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  if (count > 1) {
    return refuse(`The file holds ${count} certificates. Upload the program's own one alone.`);
  }
  try {
    const der = new X509Certificate(file).raw;
    return { kind: "certificate", der, thumbprint: thumbprintOf(der, "sha1") };
  } catch {
    return refuse("The file is no X.509 certificate in PEM or DER, such as openssl req -x509 writes.");
  }
}

function refuse(text: string): Extract<Outcome, { kind: "problem" }> {
  return { kind: "problem", text };
}
