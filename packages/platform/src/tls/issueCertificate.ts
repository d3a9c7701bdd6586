import { createHash, createPublicKey, type KeyObject, sign, X509Certificate } from "node:crypto";
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from "./der.ts";

export interface CertificateRequest {
  readonly commonName: string;
  /** Absent for a self-signed certificate. */
  readonly issuer?: { readonly commonName: string; readonly privateKey: KeyObject } | undefined;
  readonly privateKey: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** About 16 bytes, unique for the issuer. */
  readonly serialNumber: Uint8Array;
  readonly extensions: readonly Extension[];
}

export interface Extension {
  readonly id: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

export interface HostName {
  readonly dns?: string | undefined;
  /** The bytes of an IP address; in a name constraint, followed by the mask. */
  readonly ip?: Uint8Array | undefined;
}

/** Issues a signed X.509 version 3 certificate. @see RFC 5280 section 4.1 */
export function issueCertificate(request: CertificateRequest): X509Certificate {
  const signer = request.issuer ?? { commonName: request.commonName, privateKey: request.privateKey };
  const algorithm = signatureAlgorithm(signer.privateKey);
  const body = sequence(
    tagged(0xa0, integer(Uint8Array.of(2))),
    integer(positive(request.serialNumber)),
    algorithm,
    name(signer.commonName),
    sequence(time(request.notBeforeMs), time(request.notAfterMs)),
    name(request.commonName),
    publicKeyInfo(request.privateKey),
    tagged(0xa3, sequence(...request.extensions.map(extension))),
  );
  const signature = sign("sha256", body, signer.privateKey);
  return new X509Certificate(sequence(body, algorithm, bitString(signature)));
}

/** @see RFC 5280 section 4.2.1.9; a path length of 0 forbids further authorities below */
export function authorityConstraints(): Extension {
  return { id: "2.5.29.19", isCritical: true, value: sequence(boolean(true), integer(Uint8Array.of(0))) };
}

/** @see RFC 5280 section 4.2.1.3 */
export function keyUsage(usage: "digitalSignature" | "keyCertSign"): Extension {
  const bits = usage === "digitalSignature" ? bitString(Uint8Array.of(0x80), 7) : bitString(Uint8Array.of(0x04), 2);
  return { id: "2.5.29.15", isCritical: true, value: bits };
}

export function serverAuthentication(): Extension {
  return { id: "2.5.29.37", isCritical: false, value: sequence(objectIdentifier("1.3.6.1.5.5.7.3.1")) };
}

export function alternativeNames(names: readonly HostName[]): Extension {
  return { id: "2.5.29.17", isCritical: false, value: sequence(...names.map(generalName)) };
}

/** The names an authority may and may not issue certificates for. A type of name in neither list is unrestricted. */
export interface Constraints {
  readonly permitted: readonly HostName[];
  readonly excluded?: readonly HostName[] | undefined;
}

/** @see RFC 5280 section 4.2.1.10 */
export function nameConstraints({ permitted, excluded = [] }: Constraints): Extension {
  const subtrees = (tag: number, hosts: readonly HostName[]): readonly Buffer[] =>
    hosts.length === 0 ? [] : [tagged(tag, ...hosts.map((host) => sequence(generalName(host))))];
  const value = sequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded));
  return { id: "2.5.29.30", isCritical: true, value };
}

export function subjectKeyId(key: KeyObject): Extension {
  return { id: "2.5.29.14", isCritical: false, value: octetString(keyId(key)) };
}

export function authorityKeyId(key: KeyObject): Extension {
  return { id: "2.5.29.35", isCritical: false, value: sequence(tagged(0x80, keyId(key))) };
}

function publicKeyInfo(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: "der", type: "spki" });
}

function keyId(privateKey: KeyObject): Buffer {
  return createHash("sha1").update(publicKeyInfo(privateKey)).digest();
}

function signatureAlgorithm(privateKey: KeyObject): Buffer {
  return privateKey.asymmetricKeyType === "rsa"
    ? sequence(objectIdentifier("1.2.840.113549.1.1.11"), tagged(0x05))
    : sequence(objectIdentifier("1.2.840.10045.4.3.2"));
}

function name(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier("2.5.4.3"), utf8String(commonName))));
}

function generalName(host: HostName): Buffer {
  return host.dns === undefined
    ? tagged(0x87, host.ip ?? new Uint8Array())
    : tagged(0x82, Buffer.from(host.dns, "ascii"));
}

function extension({ id, isCritical, value }: Extension): Buffer {
  return sequence(objectIdentifier(id), ...(isCritical ? [boolean(true)] : []), octetString(value));
}

/**
 * Sets the first byte to a value from 64 to 127, so that the number is positive and has no leading zero byte. RFC 5280
 * section 4.1.2.2
 */
function positive(serialNumber: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(serialNumber);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}
