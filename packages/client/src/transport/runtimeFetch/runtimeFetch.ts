import type { Fetch } from "../../api/fetch.ts";

// Loaded with the first request: a program that only imports the library does not pay for it.

/** Sends token requests with the runtime's own transport. */
export const transport: Fetch = async (url, init) => (await import("#transport")).transport(url, init);

/** Sends API requests with the runtime's own transport. */
export const apiFetch: typeof globalThis.fetch = async (input, init) =>
  (await import("#transport")).apiFetch(input, init);
