import type { Fetch } from "./http.ts";

/** The way to the token service where there is nothing better: the platform's own `fetch`. */
export const transport: Fetch = (url, init) => globalThis.fetch(url, init);

/** The way to APIs. */
export const apiFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);
