/**
 * A source of random bytes: returns a new array of `length` bytes.
 *
 * @example
 * ```ts
 * import type { Random } from "@latchkey/client";
 *
 * const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));
 * ```
 */
export type Random = (length: number) => Uint8Array<ArrayBuffer>;

/** The platform's cryptographically strong generator. */
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** For values that must differ but may be guessed: ids, jitter. Saves a new process from loading WebCrypto. */
export const guessableRandom: Random = (length) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    bytes[at] = Math.random() * 256;
  }
  return bytes;
};

/** A number from 0 up to, but not including, 1. */
export function randomFraction(random: Random): number {
  const { buffer, byteOffset } = random(4);
  return new DataView(buffer, byteOffset).getUint32(0) / 2 ** 32;
}

const hexDigits = "0123456789abcdef";
const dashesAt = [8, 13, 18, 23];

/** A version 4 UUID from the given source of bytes. @see RFC 9562 section 5.4 */
export function randomUuid(random: Random): string {
  const bytes = random(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const codes: number[] = [];
  for (const byte of bytes) {
    if (dashesAt.includes(codes.length)) {
      codes.push(45);
    }
    codes.push(hexDigits.charCodeAt(byte >> 4), hexDigits.charCodeAt(byte & 15));
  }
  // Built at once: the id is cached with its token, and a concatenated string would retain its parts.
  return String.fromCharCode(...codes);
}
