/** The DER types that an X.509 certificate needs. @see ITU-T X.690 */

export function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) {
    return Buffer.concat([Buffer.from([tag, content.length]), content]);
  }
  const digits = content.length.toString(16);
  const length = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...parts);
}

export function set(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x31, ...parts);
}

/** Encodes an integer from its big-endian bytes. A leading zero byte keeps it from being read as negative. */
export function integer(bytes: Uint8Array): Buffer {
  const isNegative = (bytes[0] ?? 0) >= 0x80;
  return tagged(0x02, ...(isNegative ? [Uint8Array.of(0)] : []), bytes);
}

export function boolean(value: boolean): Buffer {
  return tagged(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function octetString(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x04, ...parts);
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return tagged(0x03, Uint8Array.of(unusedBits), bytes);
}

export function utf8String(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text, "utf8"));
}

/** Encodes a time. Years up to 2049 have two digits. @see RFC 5280 section 4.1.2.5 */
export function time(epochMs: number): Buffer {
  const text = `${new Date(epochMs).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  return text < "2050" ? tagged(0x17, Buffer.from(text.slice(2), "ascii")) : tagged(0x18, Buffer.from(text, "ascii"));
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) {
      groups.unshift((left & 0x7f) | 0x80);
    }
    return groups;
  });
  return tagged(0x06, Uint8Array.from(bytes));
}
