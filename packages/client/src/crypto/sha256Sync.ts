import { encodeBase64Url, utf8 } from "./base64url.ts";

/** Creates a function that returns a text's SHA-256 as base64url; it caches up to `maxEntries` results. */
export function createHash(maxEntries: number): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) {
      return found;
    }
    const hash = encodeBase64Url(sha256Sync(text));
    if (known.size >= maxEntries) {
      known.clear();
    }
    known.set(text, hash);
    return hash;
  };
}

/** The constant of each round. @see FIPS 180-4 section 4.2.2 */
// biome-ignore format: the standard's own table
const constants: readonly number[] = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/** The initial hash value. @see FIPS 180-4 section 5.3.3 */
// biome-ignore format: the standard's own table
const initialHash: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/**
 * A text's SHA-256, computed synchronously, unlike WebCrypto: plugins need the result of `serialize` at once. A token
 * read from one library's blob may be written for another, whose hash of its parameters is unknown. Without that hash
 * MSAL Node finds two tokens instead of one and drops both, and MSAL Python treats it as a token without parameters.
 *
 * @see FIPS 180-4 section 6.2
 */
export function sha256Sync(text: string): Uint8Array {
  const message = padded(utf8(text));
  const hash = Int32Array.from(initialHash);
  const schedule = new Int32Array(64);
  for (let block = 0; block < message.byteLength; block += 64) {
    for (let at = 0; at < 64; at++) {
      schedule[at] = at < 16 ? message.getInt32(block + at * 4) : extend(schedule, at);
    }
    addBlock(hash, schedule);
  }
  const digest = new DataView(new ArrayBuffer(32));
  hash.forEach((word, at) => {
    digest.setInt32(at * 4, word);
  });
  return new Uint8Array(digest.buffer);
}

function addBlock(hash: Int32Array, schedule: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let round = 0; round < 64; round++) {
    const large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + large1 + ((e & f) ^ (~e & g)) + word(constants, round) + word(schedule, round)) | 0;
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
  [a, b, c, d, e, f, g, h].forEach((value, at) => {
    hash[at] = word(hash, at) + value;
  });
}

/** The next word of a block's schedule. */
function extend(schedule: Int32Array, at: number): number {
  const [x, y] = [word(schedule, at - 15), word(schedule, at - 2)];
  const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
  const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
  return word(schedule, at - 16) + small0 + word(schedule, at - 7) + small1;
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

/** The length in bits as two words: from 512 MiB on, one word is too small. */
export function lengthWords(bytes: number): readonly [high: number, low: number] {
  return [Math.floor(bytes / 2 ** 29), (bytes << 3) >>> 0];
}

function word(words: ArrayLike<number>, at: number): number {
  return words[at] ?? 0;
}

function rotate(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}
