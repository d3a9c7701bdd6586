import type { IncomingMessage } from "node:http";
import type { Readable, Transform } from "node:stream";

/** More than any server needs: each costs memory, and a header may name thousands. */
const maximumCodings = 5;

/**
 * The body of an answer without its content codings, unpacked as far as it is read; as it came where one of them is not
 * known here. Nobody asks for any, but a server or a proxy may use them all the same.
 *
 * @see RFC 9110 section 8.4, section 12.5.3
 */
export async function unpack(message: IncomingMessage): Promise<Readable> {
  // A stream that broke off before somebody reads it would pass for an empty one.
  if (message.errored) {
    throw message.errored;
  }
  const codings = (message.headers["content-encoding"] ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length > maximumCodings || !codings.every((coding) => /^((x-)?gzip|deflate|br)$/.test(coding))) {
    return message;
  }
  let body: Readable = message;
  for (const coding of codings.reverse()) {
    const { pipeline } = await import("node:stream");
    const first = await firstByte(body);
    // Nothing at all is nothing in any coding.
    if (first === undefined) {
      return body;
    }
    const unpacker = await unpackerFor(coding, first);
    // Its failures are told to whoever reads.
    body = pipeline(body, unpacker, () => {}).on("error", (error) => describeCodingError(error, coding));
  }
  return body;
}

async function unpackerFor(coding: string, first: number): Promise<Transform> {
  const { createBrotliDecompress, createInflateRaw, createUnzip } = await import("node:zlib");
  if (coding === "br") {
    return createBrotliDecompress();
  }
  // RFC 9110 section 8.4.1.2: some send it without the zlib header.
  return coding === "deflate" && (first & 15) !== 8 ? createInflateRaw() : createUnzip();
}

/** The first byte of a stream, which stays in it; `undefined` when it ends without any. */
async function firstByte(body: Readable): Promise<number | undefined> {
  if (body.errored) {
    throw body.errored;
  }
  await new Promise<void>((resolve) => {
    for (const event of ["readable", "end", "close", "error"]) {
      body.once(event, () => resolve());
    }
  });
  const byte = body.read(1) as Uint8Array | null;
  if (byte !== null) {
    body.unshift(byte);
  }
  return byte?.[0];
}

function describeCodingError(error: Error & { readonly code?: string }, coding: string): void {
  if (/^(Z|ERR_)_/.test(error.code ?? "")) {
    error.message = `the ${coding} content coding is broken: ${error.message}`;
  }
}
