import type { Fetch } from "../../api/fetch.ts";

// Loaded with the first request: a program that only imports the library does not pay for a way to the network.

/** The runtime's way to the token service. */
export const transport: Fetch = async (url, init) => (await import("#transport")).transport(url, init);

/** The runtime's way to APIs. */
export const apiFetch: typeof globalThis.fetch = async (input, init) =>
  (await import("#transport")).apiFetch(input, init);
