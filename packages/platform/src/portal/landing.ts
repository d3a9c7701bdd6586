import { html } from "hono/html";
import type { Endpoint } from "../http/endpoint.ts";
import { renderPage } from "../signIn/page/page.ts";
import type { PortalContext } from "./context.ts";

/** The home page: what the platform is, and where to go. */
export const landing: Endpoint<PortalContext> = {
  method: "GET",
  path: "/",
  handle(context) {
    const body = html`<h1>The identity platform on this machine</h1>
<p>It stands in for the Microsoft identity platform and Microsoft Graph while you build and test. Programs get tokens
from <code>${context.url}/{tenant}</code> and call Microsoft Graph at <code>${context.url}/v1.0</code>.</p>
<form method="get" action="/portal/applications"><div class="actions"><button class="primary" type="submit">Open the portal</button></div></form>
<h2>Also here</h2>
<ul>
<li><a href="/portal/quickstarts">Quick starts</a>: a registration, and code that is ready to run</li>
<li><a href="/portal/sign-ins">Sign-in log</a>: why a request was refused</li>
<li><a href="/devicelogin">Device sign-in</a>: enter a code</li>
<li><a href="/error">Error lookup</a>: what an AADSTS code means</li>
<li><a href="/portal/latchkey-ca.pem">latchkey-ca.pem</a>: the certificate that programs have to trust</li>
</ul>
<p>The portal asks for an administrator's user name and password. The command that started the platform printed both.</p>`;
    return renderPage(context, { title: "Home", body });
  },
};
