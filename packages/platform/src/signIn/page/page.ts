import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { randomBase64url } from "../../core/random.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { SignInContext } from "../context.ts";
import { portalStyles, styles } from "./styles.ts";

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Page {
  readonly title: string;
  readonly body: Markup;
  /** The links of the portal. Pages that have them are wider. */
  readonly navigation?: Markup | undefined;
  readonly status?: number | undefined;
  /**
   * Where the page's forms may lead besides the platform itself: browsers also check redirects after a form against it.
   */
  readonly formTargets?: readonly string[] | undefined;
  /** Our own script for the page, which must also work without it. */
  readonly script?: string | undefined;
  /** Origins whose frames the page shows. */
  readonly frames?: readonly string[] | undefined;
  /** Where the browser goes automatically, and when. */
  readonly refresh?: { readonly seconds: number; readonly url: string } | undefined;
}

/**
 * A response for a browser. Its policy allows no scripts but our own, no frames unless named, and nothing else from
 * elsewhere.
 */
export async function renderPage(context: SignInContext, page: Page): Promise<PlainResponse> {
  const nonce = randomBase64url(context.random, 16);
  const document = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refreshTag(page)}<title>${page.title} · Latchkey local platform</title>
${iconLink()}
<style nonce="${nonce}">${raw(page.navigation === undefined ? styles : styles + portalStyles)}</style>
</head>
<body>
<header><p class="product">${logo()}Latchkey <span>local identity platform</span></p>${page.navigation ?? ""}</header>
<main>${page.body}</main>
<footer><p>This page comes from a program on this machine. It is not a page of Microsoft.</p></footer>
${page.script === undefined ? "" : html`<script nonce="${nonce}">${raw(page.script)}</script>`}
</body>
</html>
`;
  const formTargets = ["'self'", ...(page.formTargets ?? [])].join(" ");
  return {
    status: page.status ?? 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": [
        "default-src 'none'",
        `style-src 'nonce-${nonce}'`,
        "img-src data:",
        ...(page.script === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
        ...(page.frames === undefined ? [] : [`frame-src ${page.frames.join(" ")}`]),
        `form-action ${formTargets}`,
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      // A stricter policy would turn the Origin of our own forms into null.
      "referrer-policy": "same-origin",
    },
    body: String(document),
  };
}

function refreshTag({ refresh }: Page): Markup | "" {
  return refresh === undefined
    ? ""
    : html`<meta http-equiv="refresh" content="${refresh.seconds};url=${refresh.url}">
`;
}

/**
 * A redirect URI as a source in a content security policy: its origin, or its scheme if that is an application's own.
 */
export function policySource(uri: URL): string {
  return uri.origin === "null" ? uri.protocol : uri.origin;
}

/** A key: ring, shaft and two teeth, in a square of 24. */
const key = "M7 7a5 5 0 1 0 4.8 6.4H16v3h2.4v-3H20v2.2h2.2v-5H11.8A5 5 0 0 0 7 7Zm0 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z";

/** Decorative: the product's name stands beside it. */
function logo(): Markup {
  return html`<svg class="logo" viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" d="${key}"/></svg>`;
}

/** The icon of the browser's tab, as a data URL. */
function iconLink(): Markup {
  const image = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="4" fill="#8a4b0f"/><path fill="#fff" d="${key}"/></svg>`;
  return html`<link rel="icon" href="data:image/svg+xml,${raw(encodeURIComponent(image))}">`;
}
