import type { Fetch } from "../../api/fetch.ts";

/** The way to APIs where there is nothing better: the platform's own `fetch`. */
export const apiFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

/** The way to the token service. */
export const transport: Fetch = (url, init) => globalThis.fetch(url, init);
