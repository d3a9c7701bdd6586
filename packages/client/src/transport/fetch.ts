import type { Fetch } from "./http.ts";
import { readText } from "./readText.ts";

/** The way to the token service where there is nothing better: the platform's own `fetch`. */
export const transport: Fetch = async (url, init) => {
  const { status, headers, body } = await globalThis.fetch(url, init);
  return { status, headers, text: () => readText(chunksOf(body)) };
};

/** The way to APIs. */
export const apiFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

// Not every browser lets a stream be iterated.
async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
