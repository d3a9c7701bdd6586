import { createHash, randomFillSync } from "node:crypto";

/** The source of all random values: ids, secrets, token lifetimes. */
export interface Random {
  bytes(length: number): Uint8Array;
}

const poolLength = 8192;

/** Uses the system's cryptographic generator, in blocks because a token needs many small values. */
export function systemRandom(): Random {
  const pool = new Uint8Array(poolLength);
  let offset = poolLength;
  return {
    bytes(length) {
      if (length > poolLength) {
        return randomFillSync(new Uint8Array(length));
      }
      if (offset + length > poolLength) {
        randomFillSync(pool);
        offset = 0;
      }
      const taken = pool.slice(offset, offset + length);
      // The bytes may become a secret, so they do not stay in the pool.
      pool.fill(0, offset, offset + length);
      offset += length;
      return taken;
    },
  };
}

/**
 * A generator whose whole output follows from the seed, so that a platform with given keys and clock returns the same
 * bytes in every run. Never use it for anything that must not be guessable.
 *
 * @example
 * ```ts
 * import { seededRandom, startPlatform } from "@latchkey/platform";
 *
 * const platform = await startPlatform({ random: seededRandom("my test suite") });
 * await platform.stop();
 * ```
 */
export function seededRandom(seed: string | number): Random {
  let block = 0;
  let pending = new Uint8Array(0);
  return {
    bytes(length) {
      const result = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        if (pending.length === 0) {
          pending = new Uint8Array(createHash("sha256").update(`latchkey ${seed} ${block}`).digest());
          block++;
        }
        const part = pending.subarray(0, length - filled);
        result.set(part, filled);
        pending = pending.subarray(part.length);
        filled += part.length;
      }
      return result;
    },
  };
}

/** A version 4 UUID in lower case. @see RFC 9562 section 5.4 */
export function randomGuid(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function randomBase64url(random: Random, byteLength: number): string {
  return Buffer.from(random.bytes(byteLength)).toString("base64url");
}

/** An integer from 0 up to, but not including, `limit`. The bias of 32 bits is below 1 in a million for our limits. */
export function randomBelow(random: Random, limit: number): number {
  return Buffer.from(random.bytes(4)).readUInt32BE(0) % limit;
}

/** Text of `length` characters drawn evenly from an alphabet of at most 256 characters. */
export function randomText(random: Random, alphabet: string, length: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of random.bytes(length - text.length)) {
      if (byte < fair) {
        text += alphabet.charAt(byte % alphabet.length);
      }
    }
  }
  return text;
}
