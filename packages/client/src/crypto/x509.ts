import { childAt, type DerElement, derTag, readChildren, readDer } from "./der.ts";

/** The parts of an X.509 certificate that the client needs. @see RFC 5280 section 4.1 */
export interface Certificate {
  readonly der: Uint8Array<ArrayBuffer>;
  readonly subjectPublicKeyInfo: Uint8Array<ArrayBuffer>;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Reads a certificate; throws `RangeError` if the bytes are not one. */
export function readCertificate(der: Uint8Array<ArrayBuffer>): Certificate {
  const outer = readDer(der);
  const fields = readChildren(childAt(outer, 0, derTag.sequence));
  // The version is explicitly tagged, and absent in a version 1 certificate.
  const offset = fields[0]?.tag === 0xa0 ? 1 : 0;
  const validity = fields[offset + 3];
  const subjectPublicKeyInfo = fields[offset + 5];
  if (validity === undefined || subjectPublicKeyInfo?.tag !== derTag.sequence) {
    throw new RangeError("not an X.509 certificate");
  }
  const [notBefore, notAfter] = readChildren(validity);
  return {
    der: outer.bytes,
    subjectPublicKeyInfo: subjectPublicKeyInfo.bytes,
    notBeforeMs: readTime(notBefore),
    notAfterMs: readTime(notAfter),
  };
}

/** RFC 5280 section 4.1.2.5: UTCTime years below 50 belong to this century. */
function readTime(element: DerElement | undefined): number {
  const text = String.fromCharCode(...(element?.content ?? []));
  const century = element?.tag === derTag.utcTime ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") : "";
  const [, year, month, day, hours, minutes, seconds] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + text) ?? [];
  if (year === undefined) {
    throw new RangeError("not an X.509 time");
  }
  return Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
}
