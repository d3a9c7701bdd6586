import type { Random } from "@latchkey/client";

/** A source that is not random: every draw is the same fraction of its range. */
export function randomOf(fraction: number): Random {
  return (length) => {
    const bytes = new Uint8Array(Math.max(length, 4));
    new DataView(bytes.buffer).setUint32(0, fraction * 2 ** 32);
    return bytes.subarray(0, length);
  };
}
