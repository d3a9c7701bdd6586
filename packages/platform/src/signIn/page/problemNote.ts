import { html } from "hono/html";
import type { Refusal } from "../../aadsts/aadsts.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { Markup } from "./page.ts";

/** Why the visitor's last form did not work: a sentence, or a refusal of the token service. */
export type Problem = string | { readonly exchange: Exchange; readonly refusal: Refusal };

/** Shows the problem on the page where the visitor tries again. */
export function problemNote(lead: string, problem: Problem | undefined): Markup | "" {
  if (problem === undefined) {
    return "";
  }
  if (typeof problem === "string") {
    return html`<div class="problem" role="alert" id="problem"><p><strong>${lead}</strong> ${problem}</p></div>`;
  }
  const { exchange, refusal } = problem;
  return html`<div class="problem" role="alert" id="problem">
<p><strong>${lead}</strong> AADSTS${refusal.code}: ${refusal.text}</p>
<p>In plain words: ${refusal.why}.</p>
</div>
<details><summary>Ids for finding this in a log</summary>
${exchangeIds(exchange)}
</details>`;
}

/** The attribute for the field that the note is about. */
export function describedBy(problem: Problem | undefined): string {
  return problem === undefined ? "" : ' aria-describedby="problem"';
}

/** The ids and the time of an exchange. */
export function exchangeIds({ traceId, correlationId, nowMs }: Exchange): Markup {
  return html`<dl>
<dt>Request Id</dt><dd><code>${traceId}</code></dd>
<dt>Correlation Id</dt><dd><code>${correlationId}</code></dd>
<dt>Timestamp</dt><dd><code>${`${new Date(nowMs).toISOString().slice(0, 19)}Z`}</code></dd>
</dl>`;
}
