import { X509Certificate } from "node:crypto";
import { thumbprintOf } from "../../directory/credentials/keyCredentials.ts";
import type { Outcome } from "../frame/portalPage.ts";

interface Certificate {
  readonly kind: "certificate";
  readonly der: Uint8Array;
  readonly thumbprint: string;
}

/** Reads the one certificate of an uploaded file, PEM or DER. Refuses private keys: they must stay with their owner. */
export function readCertificate(file: Uint8Array): Certificate | Extract<Outcome, { kind: "problem" }> {
  const text = Buffer.from(file).toString("latin1");
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return refuse("The file contains a private key. Upload only the certificate; the key stays with the program.");
  }
  const count = text.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  if (count > 1) {
    return refuse(`The file contains ${count} certificates. Upload only the program's own certificate.`);
  }
  try {
    const der = new X509Certificate(file).raw;
    return { kind: "certificate", der, thumbprint: thumbprintOf(der, "sha1") };
  } catch {
    return refuse("The file is not an X.509 certificate in PEM or DER format, as written by openssl req -x509.");
  }
}

function refuse(text: string): Extract<Outcome, { kind: "problem" }> {
  return { kind: "problem", text };
}
