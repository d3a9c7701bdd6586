import { html, raw } from "hono/html";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { renderPage } from "../../signIn/page/page.ts";
import { describedBy, type Problem, problemNote } from "../../signIn/page/problemNote.ts";
import type { ConsentItem } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";

export const devicePath = "/devicelogin";

export function enterCodePage(context: TokenServiceContext, problem?: Problem | undefined): Promise<PlainResponse> {
  const body = html`<h1>Enter code</h1>
<p>Enter the code that your device or program shows.</p>
${problemNote("That code does not work.", problem)}
<form method="get" action="${devicePath}">
<label for="code">Code</label>
<input id="code" name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus${raw(describedBy(problem))}>
<div class="actions"><button class="primary" type="submit">Next</button></div>
</form>`;
  return renderPage(context, { title: "Enter code", body, status: problem === undefined ? 200 : 400 });
}

export interface ConfirmPage {
  readonly application: Application;
  readonly signedIn: SignedIn;
  /** What the user consents to by confirming. */
  readonly items: readonly ConsentItem[];
  readonly target: string;
}

/** The code may come from an attacker, so the page names the application and asks for confirmation. */
export function confirmPage(context: TokenServiceContext, page: ConfirmPage): Promise<PlainResponse> {
  const { application, signedIn, items, target } = page;
  const permissions = items.map(
    ({ resource, scopes }) => html`<h2>${resource.displayName}</h2>
<ul class="permissions">${scopes.map(
      (scope) => html`<li><strong>${scope.userConsentDisplayName ?? scope.adminConsentDisplayName}</strong>
<code>${scope.value}</code></li>`,
    )}</ul>`,
  );
  const body = html`<h1>Are you trying to sign in to “${application.displayName}”?</h1>
<p>Continue only if you have just started it yourself, on a device in front of you.</p>
<dl>
<dt>Application</dt><dd>${application.displayName}</dd>
<dt>Client id</dt><dd><code>${application.appId}</code></dd>
<dt>Signed in as</dt><dd>${signedIn.user.displayName} <code>${signedIn.user.userPrincipalName}</code></dd>
</dl>
${items.length === 0 ? "" : html`<p>It will be allowed to:</p>${permissions}`}
<form method="post" action="${target}">
<input type="hidden" name="token" value="${signedIn.session.formToken}">
<div class="actions">
<button class="primary" type="submit" name="action" value="confirm">Continue</button>
<button type="submit" name="action" value="decline">Cancel</button>
</div>
<p><button class="link" type="submit" name="action" value="sign-out">Sign in with another account</button></p>
</form>`;
  return renderPage(context, { title: "Confirm", body });
}

export function finishedPage(context: TokenServiceContext, title: string, text: string): Promise<PlainResponse> {
  return renderPage(context, { title, body: html`<h1>${title}</h1><p>${text}</p><p>You can close this page.</p>` });
}
