/** Far beyond any token answer or metadata document; what is longer comes from something else. */
const maximumBytes = 1_048_576;

/** The text of an answer that is not longer than 1 MiB; throws `RangeError` when it is, and reads no further. */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maximumBytes) throw new RangeError(`The answer is longer than ${maximumBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
