import type { IncomingMessage } from "node:http";
import type { Readable, Transform } from "node:stream";

/** More than any server needs: each costs memory, and a header could list thousands. */
const maximumCodings = 5;

/**
 * The body of a response with its content codings undone as it is read; unchanged if one of them is unknown. The client
 * requests none, but a server or a proxy may use them anyway.
 *
 * @see RFC 9110 section 8.4, section 12.5.3
 */
export async function unpack(message: IncomingMessage): Promise<Readable> {
  // A stream that failed before it is read would look like an empty one.
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
    // An empty body is empty in any coding.
    if (first === undefined) {
      return body;
    }
    const unpacker = await unpackerFor(coding, first);
    // The reader receives its errors.
    body = pipeline(body, unpacker, () => {}).on("error", (error) => describeCodingError(error, coding));
  }
  return body;
}

async function unpackerFor(coding: string, first: number): Promise<Transform> {
  const { createBrotliDecompress, createInflateRaw, createUnzip } = await import("node:zlib");
  if (coding === "br") {
    return createBrotliDecompress();
  }
  // RFC 9110 section 8.4.1.2: some servers omit the zlib header.
  return coding === "deflate" && (first & 15) !== 8 ? createInflateRaw() : createUnzip();
}

/** The first byte of a stream, without consuming it; `undefined` if the stream is empty. */
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
