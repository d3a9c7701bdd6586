import { html, raw } from "hono/html";
import type { PlainResponse } from "../http/plainHttp.ts";
import type { SignInContext } from "./context.ts";
import { renderPage } from "./page/page.ts";
import { describedBy, type Problem, problemNote } from "./page/problemNote.ts";

/** A page that requires signing in. */
export interface SignInTarget {
  /** Path and query that the form is sent to: the page the visitor wanted. */
  readonly target: string;
  /** What the visitor is about to do: the end of "Sign in to ...". */
  readonly purpose: string;
  /** Where the browser goes after the page: browsers also check redirects after a form against the page's policy. */
  readonly formTargets?: readonly string[] | undefined;
}

export interface SignIn extends SignInTarget {
  /** Why the previous attempt failed. */
  readonly problem?: Problem | undefined;
  readonly userPrincipalName?: string | undefined;
}

export function signInPage(context: SignInContext, signIn: SignIn): Promise<PlainResponse> {
  const { problem, userPrincipalName = "", target, purpose, formTargets } = signIn;
  // If the name is known, the visitor types the password first.
  const focused = raw(`autofocus${describedBy(problem)}`);
  const [name, password] = userPrincipalName === "" ? [focused, ""] : ["", focused];
  const body = html`<h1>Sign in</h1>
<p>Sign in to ${purpose}.</p>
${problemNote("Not signed in.", problem)}
<form method="post" action="${target}">
<input type="hidden" name="action" value="sign-in">
<label for="username">User name</label>
<input id="username" name="username" type="email" autocomplete="username" required ${name}
  value="${userPrincipalName}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required ${password}>
<div class="actions"><button class="primary" type="submit">Sign in</button></div>
</form>`;
  return renderPage(context, { title: "Sign in", body, status: problem === undefined ? 200 : 400, formTargets });
}

export interface SecondFactor extends SignInTarget {
  /** Identifies the sign-in that waits for the code. */
  readonly id: string;
  readonly userPrincipalName: string;
  readonly problem?: Problem | undefined;
}

export function secondFactorPage(context: SignInContext, page: SecondFactor): Promise<PlainResponse> {
  const { id, userPrincipalName, problem, target, formTargets } = page;
  const body = html`<h1>Enter the code</h1>
<p><code>${userPrincipalName}</code> signs in with a second factor. The platform's log shows the code: it stands in for
a telephone.</p>
${problemNote("Not signed in.", problem)}
<form method="post" action="${target}">
<input type="hidden" name="action" value="second-factor">
<input type="hidden" name="sign_in" value="${id}">
<label for="code">Code (6 digits)</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus${raw(describedBy(problem))}>
<div class="actions"><button class="primary" type="submit">Verify</button></div>
</form>`;
  return renderPage(context, { title: "Enter the code", body, status: problem === undefined ? 200 : 400, formTargets });
}
