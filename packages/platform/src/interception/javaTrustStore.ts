import { integer, objectIdentifier, octetString, sequence, set, tagged } from "../tls/der.ts";

const data = objectIdentifier("1.2.840.113549.1.7.1");
const certificateBag = objectIdentifier("1.2.840.113549.1.12.10.1.3");
const x509Certificate = objectIdentifier("1.2.840.113549.1.9.22.1");
const friendlyName = objectIdentifier("1.2.840.113549.1.9.20");
/** Oracle's attribute for trusted certificates. Java ignores certificates without it. */
const trustedKeyUsage = objectIdentifier("2.16.840.1.113894.746875.1.1");
const anyUsage = objectIdentifier("2.5.29.37.0");

/**
 * Returns a PKCS#12 file that a Java virtual machine accepts as a trust store. It needs no password, and has no
 * encryption and no MAC, because nothing in it is secret. @see RFC 7292 section 4
 */
export function javaTrustStore(certificates: readonly Uint8Array[]): Uint8Array {
  const bags = certificates.map((certificate, index) => trusted(certificate, `latchkey-${index}`));
  return sequence(integer(Uint8Array.of(3)), content(sequence(content(sequence(...bags)))));
}

function content(inner: Uint8Array): Buffer {
  return sequence(data, tagged(0xa0, octetString(inner)));
}

function trusted(certificate: Uint8Array, alias: string): Buffer {
  return sequence(
    certificateBag,
    tagged(0xa0, sequence(x509Certificate, tagged(0xa0, octetString(certificate)))),
    set(
      sequence(friendlyName, set(tagged(0x1e, Buffer.from(alias, "utf16le").swap16()))),
      sequence(trustedKeyUsage, set(anyUsage)),
    ),
  );
}
