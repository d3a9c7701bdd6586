import { utf8 } from "./base64url.ts";

/** A text's SHA-256, for those who cannot wait: WebCrypto's own comes later. @see FIPS 180-4 */
export function sha256Sync(text: string): Uint8Array {
  const message = utf8(text);
  const padded = new DataView(new ArrayBuffer((message.length + 72) & ~63));
  new Uint8Array(padded.buffer).set(message);
  padded.setUint8(message.length, 0x80);
  padded.setUint32(padded.byteLength - 4, message.length * 8);
  const primes = firstPrimes();
  const constants = primes.map((prime) => fraction(Math.cbrt(prime)));
  const hash = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  for (let block = 0; block < padded.byteLength; block += 64) {
    const w = Array.from({ length: 16 }, (_, at) => padded.getUint32(block + at * 4));
    const at = (index: number): number => w[index] ?? 0;
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
    for (let round = 0; round < 64; round++) {
      if (round >= 16) {
        const [x, y] = [at(round - 15), at(round - 2)];
        const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
        const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
        w.push((at(round - 16) + small0 + at(round - 7) + small1) | 0);
      }
      const large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const first = h + large1 + ((e & f) ^ (~e & g)) + (constants[round] ?? 0) + at(round);
      const large0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const second = large0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) hash[index] = ((hash[index] ?? 0) + value) | 0;
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (const [index, value] of hash.entries()) digest.setInt32(index * 4, value);
  return new Uint8Array(digest.buffer);
}

/** The first 64. */
function firstPrimes(): readonly number[] {
  const primes: number[] = [];
  for (let number = 2; primes.length < 64; number++) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return primes;
}

/** The first 32 bits behind the point. */
function fraction(number: number): number {
  return ((number % 1) * 2 ** 32) | 0;
}

function rotate(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}
