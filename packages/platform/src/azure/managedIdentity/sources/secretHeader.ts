import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a header's value is the host's secret, compared in constant time. */
export function showsSecret(value: string | null, secret: string): boolean {
  return timingSafeEqual(digest(value ?? ""), digest(secret));
}

/** Digests have one length, which a comparison in constant time needs. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
