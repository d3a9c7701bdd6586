import type { Fetch } from "../../api/fetch.ts";

/** Sends API requests with the platform's own `fetch`, where there is nothing better. */
export const apiFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

/** Sends token requests. */
export const transport: Fetch = (url, init) => globalThis.fetch(url, init);
