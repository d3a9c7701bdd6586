import { createHash, timingSafeEqual } from "node:crypto";

/** Compares what a caller presented with a secret, in constant time. */
export function isSameSecret(presented: string, secret: string): boolean {
  // Digests have equal lengths, so the time does not depend on the presented value.
  return timingSafeEqual(digest(presented), digest(secret));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
