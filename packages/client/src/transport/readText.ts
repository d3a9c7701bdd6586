import type { FetchResponse } from "../api/fetch.ts";

/** Far more than any token response or metadata document; anything longer comes from elsewhere. */
export const maximumBytes = 1_048_576;

/** The text of a response; `undefined` for a stream of more than 1 MiB, which is not read further. */
export function readText(response: FetchResponse): Promise<string | undefined> {
  // With a content length the runtime enforces the limit; reading a stream takes longer.
  const isShort = Number(response.headers.get("content-length") ?? Number.NaN) <= maximumBytes;
  const chunks = isShort && !response.headers.get("content-encoding") ? undefined : chunksOf(response.body);
  return chunks ? readChunks(chunks, maximumBytes) : response.text();
}

/** The text of a stream; `undefined` if it is longer than `limitBytes`. */
export async function readChunks(chunks: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      return undefined;
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The chunks of a body: of Node's streams, and of web streams that nobody is reading. */
function chunksOf(body: unknown): AsyncIterable<Uint8Array> | undefined {
  if (typeof body !== "object" || body === null) {
    return undefined;
  }
  if ("getReader" in body) {
    return (body as ReadableStream).locked ? undefined : read(body as ReadableStream<Uint8Array>);
  }
  return Symbol.asyncIterator in body ? (body as AsyncIterable<Uint8Array>) : undefined;
}

// Not every browser supports iterating streams.
async function* read(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      yield part.value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
