import { html } from "hono/html";
import type { Refusal } from "../../aadsts/aadsts.ts";
import { errorDescription, errorUri } from "../../aadsts/stsErrors.ts";
import type { RegisteredRedirect } from "../../directory/applications/uris/redirectUris.ts";
import type { Exchange } from "../../http/exchange.ts";
import { type PlainResponse, redirect } from "../../http/plainHttp.ts";
import { policySource, renderPage } from "../../signIn/page/page.ts";
import type { TokenServiceContext } from "../context.ts";

export type ResponseMode = "query" | "fragment" | "form_post";

/** Where and how the response to an authorization request is sent. Always to a registered redirect URI. */
export interface ResponseTarget {
  readonly redirect: RegisteredRedirect;
  /** As sent; the redemption of the code has to repeat it. */
  readonly sentUri: string | undefined;
  readonly mode: ResponseMode;
  readonly state: string | undefined;
}

export type ResponseParameters = readonly (readonly [string, string | undefined])[];

/** @see OAuth 2.0 Multiple Response Type Encoding Practices section 2.1, OAuth 2.0 Form Post Response Mode section 2 */
export function sendAuthorizeResponse(
  context: TokenServiceContext,
  responseTarget: ResponseTarget,
  parameters: ResponseParameters,
): PlainResponse | Promise<PlainResponse> {
  const url = new URL(responseTarget.redirect.url);
  const present = parameters.filter((pair): pair is [string, string] => pair[1] !== undefined);
  switch (responseTarget.mode) {
    case "query":
      for (const [name, value] of present) {
        url.searchParams.append(name, value);
      }
      return redirectTo(url);
    case "fragment":
      url.hash = new URLSearchParams(present.map(([name, value]) => [name, value])).toString();
      return redirectTo(url);
    case "form_post":
      return formPostPage(context, url, present);
  }
}

/** The refusal as parameters for the application. */
export function refusalParameters(
  context: TokenServiceContext,
  exchange: Exchange,
  refusal: Refusal,
  state: string | undefined,
): ResponseParameters {
  return [
    ["error", refusal.error],
    ["error_description", errorDescription(context, exchange, refusal)],
    ["error_uri", refusal.hasErrorUri ? errorUri(exchange, refusal) : undefined],
    ["suberror", refusal.suberror],
    ["claims", refusal.claims],
    ["state", state],
  ];
}

function redirectTo(url: URL): PlainResponse {
  return redirect(302, url.href);
}

function formPostPage(
  context: TokenServiceContext,
  url: URL,
  parameters: readonly (readonly [string, string])[],
): Promise<PlainResponse> {
  const fields = parameters.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  const body = html`<h1>Back to the application</h1>
<p>The response is sent to <code>${url.host || url.protocol}</code>.</p>
<form method="post" action="${url.href}">${fields}
<div class="actions"><button class="primary" type="submit">Continue</button></div>
</form>`;
  const script = "document.forms[0].submit();";
  return renderPage(context, { title: "Continue", body, formTargets: [policySource(url)], script });
}
