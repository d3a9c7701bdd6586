import { html } from "hono/html";
import type { PlatformContext } from "../platformContext.ts";
import { renderPage } from "./page.ts";

export interface SignIn {
  /** Path and query the form is sent to: the page the visitor wanted. */
  readonly target: string;
  /** What the visitor is about to do, as the end of "Sign in to ...". */
  readonly purpose: string;
  /** Why the attempt before this one failed. */
  readonly problem?: string | undefined;
  readonly userPrincipalName?: string | undefined;
}

export function signInPage(context: PlatformContext, signIn: SignIn): Promise<Response> {
  const problem =
    signIn.problem === undefined
      ? ""
      : html`<div class="problem" role="alert"><p><strong>Not signed in.</strong> ${signIn.problem}</p></div>`;
  const body = html`<h1>Sign in</h1>
<p>Sign in to ${signIn.purpose}.</p>
${problem}
<form method="post" action="${signIn.target}">
<input type="hidden" name="action" value="sign-in">
<label for="username">User name</label>
<input id="username" name="username" type="email" autocomplete="username" required autofocus
  value="${signIn.userPrincipalName ?? ""}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<div class="actions"><button class="primary" type="submit">Sign in</button></div>
</form>`;
  return renderPage(context, { title: "Sign in", body, status: signIn.problem === undefined ? 200 : 400 });
}
