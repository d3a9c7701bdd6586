import { createHash, timingSafeEqual } from "node:crypto";

/** Compares what a caller presented with a secret, in constant time. */
export function isSameSecret(presented: string, secret: string): boolean {
  // Digests have one length, so the comparison takes the same time whatever was presented.
  return timingSafeEqual(digest(presented), digest(secret));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
