import { html } from "hono/html";
import type { Endpoint } from "../http/endpoint.ts";
import { renderPage } from "../signIn/page/page.ts";
import type { PortalContext } from "./context.ts";

/** What a visitor of the bare address sees: what this is, and where to go. */
export const landing: Endpoint<PortalContext> = {
  method: "GET",
  path: "/",
  handle(context) {
    const body = html`<h1>The identity platform on this machine</h1>
<p>It stands in for the Microsoft identity platform and Microsoft Graph while you build and test. Programs ask it for
tokens below <code>${context.url}/{tenant}</code> and for users below <code>${context.url}/v1.0</code>.</p>
<form method="get" action="/portal/applications"><div class="actions"><button class="primary" type="submit">Open the portal</button></div></form>
<h2>Also here</h2>
<ul>
<li><a href="/portal/quickstarts">Quick starts</a>: a registration and code that runs</li>
<li><a href="/portal/sign-ins">Sign-in log</a>: why a token was refused</li>
<li><a href="/devicelogin">Device sign-in</a>: enter a code</li>
<li><a href="/error">Error look-up</a>: what an AADSTS number means</li>
<li><a href="/portal/latchkey-ca.pem">latchkey-ca.pem</a>: the certificate that programs must trust</li>
</ul>
<p>The portal asks for an administrator: the command that started the platform printed name and password.</p>`;
    return renderPage(context, { title: "Home", body });
  },
};
