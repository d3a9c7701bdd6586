import { encodeBase64Url, utf8 } from "./base64url.ts";

/** How many hashes are remembered. */
const poolSize = 100_000;

/** Makes a function that gives a text's SHA-256 as base64url, and computes that of the same text once. */
export function createHash(): (text: string) => string {
  const known = new Map<string, string>();
  let constants: Constants | undefined;
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    constants ??= makeConstants();
    const hash = encodeBase64Url(sha256Sync(text, constants));
    if (known.size >= poolSize) known.clear();
    known.set(text, hash);
    return hash;
  };
}

/** What each round adds, and where the hash begins. */
interface Constants {
  readonly rounds: Int32Array;
  readonly start: Int32Array;
}

function makeConstants(): Constants {
  const primes: number[] = [];
  for (let number = 2; primes.length < 64; number++) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return {
    rounds: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    start: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  };
}

/** A text's SHA-256, for those who cannot wait: WebCrypto's own comes later. @see FIPS 180-4 */
export function sha256Sync(text: string, { rounds, start }: Constants = makeConstants()): Uint8Array {
  const message = padded(utf8(text));
  const hash = start.slice();
  const w = new Int32Array(64);
  for (let block = 0; block < message.byteLength; block += 64) {
    for (let at = 0; at < 64; at++) w[at] = at < 16 ? message.getInt32(block + at * 4) : extend(w, at);
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
    for (let round = 0; round < 64; round++) {
      const large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const first = (h + large1 + ((e & f) ^ (~e & g)) + int(rounds, round) + int(w, round)) | 0;
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
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) hash[index] = int(hash, index) + value;
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (const [index, value] of hash.entries()) digest.setInt32(index * 4, value);
  return new Uint8Array(digest.buffer);
}

/** The next word of a block's schedule. */
function extend(w: Int32Array, at: number): number {
  const [x, y] = [int(w, at - 15), int(w, at - 2)];
  const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
  const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
  return int(w, at - 16) + small0 + int(w, at - 7) + small1;
}

function padded(message: Uint8Array): DataView {
  const view = new DataView(new ArrayBuffer((message.length + 72) & ~63));
  new Uint8Array(view.buffer).set(message);
  view.setUint8(message.length, 0x80);
  for (const [index, word] of lengthWords(message.length).entries()) {
    view.setUint32(view.byteLength - 8 + index * 4, word);
  }
  return view;
}

/** How many bits so many bytes are, as two words: from 512 MiB on one does not hold it. */
export function lengthWords(bytes: number): readonly [high: number, low: number] {
  return [Math.floor(bytes / 2 ** 29), (bytes << 3) >>> 0];
}

/** The first 32 bits behind the point. */
function fraction(number: number): number {
  return ((number % 1) * 2 ** 32) | 0;
}

function int(words: Int32Array, at: number): number {
  return words[at] ?? 0;
}

function rotate(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}
