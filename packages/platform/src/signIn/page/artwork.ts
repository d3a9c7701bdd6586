import { html, raw } from "hono/html";
import type { Markup } from "./page.ts";

/** A key: ring, shaft and two teeth, in a square of 24. */
const key = "M7 7a5 5 0 1 0 4.8 6.4H16v3h2.4v-3H20v2.2h2.2v-5H11.8A5 5 0 0 0 7 7Zm0 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z";

/** Stands beside the product's name and says no more than it. */
export function logo(): Markup {
  return html`<svg class="logo" viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" d="${key}"/></svg>`;
}

/** The icon of the browser's tab, as an address that holds it whole. */
export function iconLink(): Markup {
  const image = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="4" fill="#8a4b0f"/><path fill="#fff" d="${key}"/></svg>`;
  return html`<link rel="icon" href="data:image/svg+xml,${raw(encodeURIComponent(image))}">`;
}
