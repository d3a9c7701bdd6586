import { createHash } from "node:crypto";
import { type Random, randomBase64url } from "../../core/random.ts";

/**
 * A code or token that means something only here. The text goes to the client; what is kept is its hash, so that
 * nothing in the data directory can be redeemed. 256 random bits are beyond guessing: one round of SHA-256 will do.
 */
export function newOpaqueToken(random: Random, prefix: string): { readonly text: string; readonly hash: Buffer } {
  const text = `${prefix}${randomBase64url(random, 64)}`;
  return { text, hash: opaqueHash(text) };
}

export function opaqueHash(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
