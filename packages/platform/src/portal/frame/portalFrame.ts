import { html } from "hono/html";
import type { PlainResponse } from "../../http/plainHttp.ts";
import { type Markup, renderPage } from "../../signIn/page/page.ts";
import { problemNote } from "../../signIn/page/problemNote.ts";
import type { PortalVisit } from "./portalPage.ts";

export interface PortalContent {
  readonly title: string;
  readonly body: Markup;
  /** Shown above the body, for example the tabs of an application. */
  readonly tabs?: Markup | undefined;
  readonly script?: string | undefined;
  readonly status?: number | undefined;
}

const links = [
  ["/portal/applications", "Applications"],
  ["/portal/enterprise-applications", "Enterprise applications"],
  ["/portal/quickstarts", "Quick starts"],
  ["/portal/users", "Users"],
  ["/portal/groups", "Groups"],
  ["/portal/tenants", "Tenants"],
  ["/portal/sign-ins", "Sign-in log"],
] as const;

/** A page of the portal with its navigation, and with the problem of the form that was just sent. */
export function portalFrame(visit: PortalVisit, content: PortalContent): Promise<PlainResponse> {
  const { context, signedIn, tenant, problem, exchange } = visit;
  const navigation = html`<a class="skip" href="#content">Skip to content</a>
<nav aria-label="Portal"><ul>${links.map(([path, name]) => link(path, name, exchange.path.startsWith(path)))}</ul></nav>`;
  const body = html`<div id="content">${content.tabs ?? ""}<h1>${content.title}</h1>
${problemNote("Nothing was changed.", problem?.text)}
${content.body}
<form method="post" class="soft who">${formToken(visit)}
<p>${signedIn.user.displayName}, ${tenant.displayName}.
<button class="link" type="submit" name="action" value="sign-out">Sign out</button></p></form></div>`;
  const { title, script, status = problem === undefined ? 200 : 400 } = content;
  return renderPage(context, { title, body, navigation, script, status });
}

export function link(path: string, name: string, isCurrent: boolean): Markup {
  return html`<li><a href="${path}"${isCurrent ? html` aria-current="page"` : ""}>${name}</a></li>`;
}

/** Every form of the portal has this field. It proves that the form was made for this session. */
export function formToken({ signedIn }: PortalVisit): Markup {
  return html`<input type="hidden" name="token" value="${signedIn.session.formToken}">`;
}

/** A form that consists of a button and hidden fields. */
export function buttonForm(
  visit: PortalVisit,
  action: string,
  label: Markup | string,
  fields: Readonly<Record<string, string>> = {},
): Markup {
  return html`<form method="post">${formToken(visit)}
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button type="submit" name="action" value="${action}">${label}</button></form>`;
}

export function day(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
