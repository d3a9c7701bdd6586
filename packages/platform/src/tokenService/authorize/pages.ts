import { html } from "hono/html";
import type { Refusal } from "../../aadsts/aadsts.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { errorPage } from "../../signIn/page/errorPage.ts";
import { type Markup, policySource, renderPage } from "../../signIn/page/page.ts";
import type { ConsentItem } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";
import type { AuthorizationRequest } from "./authorizationRequest.ts";
import type { AdmittedUser } from "./decision.ts";

/** What the pages of one authorization request share. */
export interface PageFrame {
  readonly request: AuthorizationRequest;
  /** Path and query of the page. */
  readonly target: string;
}

export function accountPickerPage(
  context: TokenServiceContext,
  { request, target }: PageFrame,
  accounts: readonly SignedIn[],
): Promise<PlainResponse> {
  const token = accounts[0]?.session.formToken ?? "";
  const choices = accounts.map(
    ({ user }) => html`<li><button class="choice" type="submit" name="account" value="${user.id}">
<span class="initial" aria-hidden="true">${[...user.displayName][0]?.toUpperCase()}</span>
<strong>${user.displayName}</strong><span>${user.userPrincipalName}</span></button></li>`,
  );
  const body = html`<h1>Pick an account</h1>
<p>To continue to “${request.application.displayName}”.</p>
<form method="post" action="${target}">
<input type="hidden" name="token" value="${token}">
<ul class="choices">${choices}
<li><button class="choice" type="submit" name="action" value="another"><span class="initial" aria-hidden="true">+</span>
<strong>Use another account</strong></button></li>
</ul>
</form>`;
  return renderPage(context, { title: "Pick an account", body, formTargets: formTargets(request) });
}

export function userConsentPage(
  context: TokenServiceContext,
  { request, target }: PageFrame,
  { signedIn, tenant }: AdmittedUser,
  items: readonly ConsentItem[],
  forEveryone: boolean,
): Promise<PlainResponse> {
  const { application, responseTarget } = request;
  const { user, session } = signedIn;
  const organization = forEveryone
    ? html`<p class="check"><input id="organization" type="checkbox" name="organization" value="yes">
<label for="organization">Consent for everyone in ${tenant.displayName}</label></p>`
    : "";
  const body = html`<h1>Allow “${application.displayName}” to act for you?</h1>
<dl>
<dt>Application</dt><dd>${application.displayName}</dd>
<dt>Client id</dt><dd><code>${application.appId}</code></dd>
<dt>Tenant</dt><dd>${tenant.displayName}</dd>
<dt>Signed in as</dt><dd>${user.displayName} <code>${user.userPrincipalName}</code></dd>
<dt>Afterwards</dt><dd>back to <code>${responseTarget.redirect.url.host || responseTarget.redirect.url.protocol}</code></dd>
</dl>
${items.map(itemList)}
<form method="post" action="${target}">
<input type="hidden" name="token" value="${session.formToken}">
${organization}
<div class="actions">
<button class="primary" type="submit" name="action" value="accept">Accept</button>
<button type="submit" name="action" value="decline">Cancel</button>
</div>
</form>
${anotherAccountForm(signedIn, target)}`;
  return renderPage(context, { title: "Consent", body, formTargets: formTargets(request) });
}

/** Shown if the user may not consent and an administrator has to. */
export function approvalPage(
  context: TokenServiceContext,
  exchange: Exchange,
  { request, target }: PageFrame,
  { signedIn }: AdmittedUser,
  items: readonly ConsentItem[],
  refusal: Refusal,
): Promise<PlainResponse> {
  const more = html`<p>“${request.application.displayName}” requests:</p>
${items.map(itemList)}
<form method="post" action="${target}">
<input type="hidden" name="token" value="${signedIn.session.formToken}">
<div class="actions">
<button class="primary" type="submit" name="action" value="another">Sign in as an administrator</button>
<button type="submit" name="action" value="decline">Back without consent</button>
</div>
</form>`;
  return errorPage(context, exchange, refusal, {
    more,
    heading: "An administrator must approve this",
    formTargets: formTargets(request),
  });
}

export function anotherAccountForm({ session }: SignedIn, target: string): Markup {
  return html`<form method="post" action="${target}">
<input type="hidden" name="token" value="${session.formToken}">
<p><button class="link" type="submit" name="action" value="another">Sign in with another account</button></p>
</form>`;
}

export function formTargets({ responseTarget }: AuthorizationRequest): readonly string[] {
  return [policySource(responseTarget.redirect.url)];
}

function itemList({ resource, scopes }: ConsentItem): Markup {
  const rows = scopes.map(
    (scope) => html`<li><strong>${scope.userConsentDisplayName ?? scope.adminConsentDisplayName}</strong>
<code>${scope.value}</code><br>${scope.userConsentDescription ?? scope.adminConsentDescription}
${scope.type === "Admin" ? html`<br><span class="kind">Needs an administrator</span>` : ""}</li>`,
  );
  return html`<h2>${resource.displayName}</h2>
<ul class="permissions">${rows}</ul>`;
}
