import { html } from "hono/html";
import { rowsOf } from "../../aadsts/everyRow.ts";
import { type Markup, renderPage } from "../../signIn/page/page.ts";
import type { Endpoint } from "./endpoint.ts";

/** The target of an error's `error_uri`: what the tables know about its number. */
export const errorLookup: Endpoint = {
  method: "GET",
  path: "/error",
  handle(context, request) {
    const code = (new URL(request.url).searchParams.get("code") ?? "").replace(/^AADSTS/i, "");
    const rows = rowsOf(code);
    const body =
      rows.length === 0
        ? html`<h1>Unknown error</h1><p>This platform has no error with the number “${code}”.</p>`
        : html`<h1>AADSTS${code}</h1>${rows.map(describeRow)}`;
    return renderPage(context, { title: `AADSTS${code}`, body, status: rows.length === 0 ? 404 : 200 });
  },
};

function describeRow({ key, row, isFaultOnly }: ReturnType<typeof rowsOf>[number]): Markup {
  return html`<p>${row.text}</p>
<dl>
<dt>error</dt><dd><code>${row.error}</code></dd>
${row.suberror === undefined ? "" : html`<dt>suberror</dt><dd><code>${row.suberror}</code></dd>`}
<dt>Status</dt><dd>${row.status}</dd>
<dt>Here</dt><dd>${isFaultOnly ? "returned only by the fault rule" : "returned for its real cause, or by the fault rule"}: <code>aadsts=${key}</code></dd>
</dl>`;
}
