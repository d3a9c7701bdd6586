import { html } from "hono/html";
import type { Refusal } from "../../aadsts/aadsts.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { SignInContext } from "../context.ts";
import { type Markup, renderPage } from "./page.ts";
import { exchangeIds } from "./problemNote.ts";

export interface ErrorPageOptions {
  /** What the visitor can do about it. */
  readonly more?: Markup | undefined;
  readonly heading?: string | undefined;
  readonly formTargets?: readonly string[] | undefined;
}

/** A refusal as a page: the real service's text, the reason in plain words, and the ids to search a log for. */
export function errorPage(
  context: SignInContext,
  exchange: Exchange,
  refusal: Refusal,
  { more, heading = "That did not work", formTargets }: ErrorPageOptions = {},
): Promise<PlainResponse> {
  const title = `AADSTS${refusal.code}`;
  const body = html`<h1>${heading}</h1>
<div class="problem" role="alert">
<p><strong>${title}</strong>: ${refusal.text}</p>
</div>
<p>In plain words: ${refusal.why}.</p>
${more ?? ""}
${exchangeIds(exchange)}`;
  return renderPage(context, { title, body, status: refusal.status, formTargets });
}
