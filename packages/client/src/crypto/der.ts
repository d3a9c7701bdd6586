/** One element of a DER encoding: its tag, all its bytes and its content. @see ITU-T X.690 section 8 */
export interface DerElement {
  readonly tag: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly content: Uint8Array<ArrayBuffer>;
}

export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  sequence: 0x30,
} as const;

/** The first element of `bytes`; throws `RangeError` if they are not DER or are truncated. */
export function readDer(bytes: Uint8Array<ArrayBuffer>): DerElement {
  const [tag = 0, first = 0] = bytes;
  const digits = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || digits > 4) {
    throw new RangeError("DER length is indefinite or too long");
  }
  const start = 2 + digits;
  const end = start + (first < 0x80 ? first : readNumber(bytes.subarray(2, start)));
  if (bytes.length < end) {
    throw new RangeError("DER is truncated");
  }
  return { tag, bytes: bytes.subarray(0, end), content: bytes.subarray(start, end) };
}

/** A big-endian number. */
export function readNumber(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The elements inside a constructed element. */
export function readChildren(parent: DerElement): DerElement[] {
  const children: DerElement[] = [];
  for (let rest = parent.content; rest.length > 0; ) {
    const child = readDer(rest);
    children.push(child);
    rest = rest.subarray(child.bytes.length);
  }
  return children;
}

/** The child at `index`, which must have the tag; throws `RangeError` otherwise. */
export function childAt(parent: DerElement, index: number, tag: number): DerElement {
  const child = readChildren(parent)[index];
  if (child?.tag !== tag) {
    throw new RangeError(`DER has no element ${tag} at ${index}`);
  }
  return child;
}

/** An element with the given tag that contains the parts. */
export function writeDer(tag: number, ...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const content = parts.flatMap((part) => [...part]);
  const digits: number[] = [];
  for (let rest = content.length; rest > 0; rest >>= 8) {
    digits.unshift(rest & 0xff);
  }
  const length = content.length < 0x80 ? [content.length] : [0x80 | digits.length, ...digits];
  return Uint8Array.from([tag, ...length, ...content]);
}

/** The object identifier at `index`, in dotted form; throws `RangeError` if there is none. */
export function identifierAt(parent: DerElement, index: number): string {
  const [first = 0, ...rest] = childAt(parent, index, derTag.objectIdentifier).content;
  const arcs = [Math.floor(first / 40), first % 40];
  let value = 0;
  for (const byte of rest) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(value);
      value = 0;
    }
  }
  return arcs.join(".");
}

/** The magnitude of a positive INTEGER, without the sign byte. */
export function readMagnitude(element: DerElement): Uint8Array<ArrayBuffer> {
  return element.content[0] === 0 ? element.content.subarray(1) : element.content;
}

/** Whether two byte strings are equal. For public values only: not constant-time. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
