import { createHash } from "node:crypto";
import { type Random, randomBase64url } from "../../core/random.ts";

/**
 * Creates a code or token that only the platform can read. The client gets the text; only the hash is stored, so that
 * nothing in the data directory can be redeemed. 256 random bits cannot be guessed: one round of SHA-256 is enough.
 */
export function newOpaqueToken(random: Random, prefix: string): { readonly text: string; readonly hash: Buffer } {
  const text = `${prefix}${randomBase64url(random, 64)}`;
  return { text, hash: opaqueHash(text) };
}

export function opaqueHash(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
