import { html } from "hono/html";
import type { PlatformEvent } from "../../core/events.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { applicationPath, findOwnApplication } from "../applications/applicationPage.ts";
import { buttonForm, portalFrame } from "../frame/portalFrame.ts";
import { type PortalPage, type PortalVisit, problem, textField } from "../frame/portalPage.ts";
import { grantDeclared } from "../permissionGrants/permissions.ts";
import { findRemedy } from "./remedy.ts";

const shownEvents = 100;
const shownTypes: readonly PlatformEvent["type"][] = ["token", "signIn", "consent"];

/** Who requested tokens, with the result, the reason and the remedy. */
export const signIns: PortalPage = {
  path: "/sign-ins",
  show(visit) {
    const { searchParams } = visit.exchange.url;
    const [clientId, isRefusedOnly] = [searchParams.get("application") ?? "", searchParams.has("refused")];
    const found = eventsOf(visit)
      .filter((event) => (clientId === "" || event.clientId === clientId) && (!isRefusedOnly || event.status >= 400))
      .slice(-shownEvents)
      .reverse();
    const body = html`<p>The latest ${shownEvents} token requests, sign-ins and consents since the platform started, newest first.</p>
<form method="get" action="/portal/sign-ins">
<label for="application">Client id</label>
<input id="application" name="application" value="${clientId}" autocomplete="off">
<div class="check"><input type="checkbox" id="refused" name="refused" value="yes"${isRefusedOnly ? " checked" : ""}>
<label for="refused">Refused requests only</label></div>
<div class="actions"><button type="submit">Show</button></div></form>
${found.length === 0 ? html`<p>No entries found.</p>` : ""}
<ul class="rows">${found.map((event) => eventRow(visit, event))}</ul>`;
    return portalFrame(visit, { title: "Sign-in log", body });
  },
  actions: {
    grant(visit, form) {
      const application = findOwnApplication(visit, textField(form, "application"));
      return application === undefined
        ? problem("The application no longer exists.")
        : grantDeclared({ ...visit, application });
    },
  },
};

/** Events of the visitor's tenant, and failures before any tenant was known. */
function eventsOf({ context, tenant }: PortalVisit): readonly PlatformEvent[] {
  return context.events
    .recent()
    .filter(({ type, tenantId }) => shownTypes.includes(type) && (tenantId === undefined || tenantId === tenant.id));
}

function eventRow(visit: PortalVisit, event: PlatformEvent): Markup {
  const { time, status, why, clientId, grantType, type, resource, permissions, correlationId, claims } = event;
  const application = findOwnApplication(visit, clientId);
  const name =
    application === undefined
      ? html`${clientId === undefined ? "No application" : html`<code>${clientId}</code>`}`
      : html`<a href="${applicationPath(application.appId)}">${application.displayName}</a>`;
  return html`<li><div>
${status < 400 ? html`<span class="badge good">${status}</span>` : html`<span class="badge bad">${status}</span>`}
<strong>${name}</strong> <span class="soft">${grantType ?? type} · <time datetime="${time.toISOString()}">${time.toISOString().slice(0, 19).replace("T", " ")} UTC</time></span>
<p>${why}.</p>
<details><summary>Details${claims === undefined ? "" : " and claims"}</summary><dl>
${resource === undefined ? "" : html`<dt>Resource</dt><dd><code>${resource}</code></dd>`}
${permissions === undefined ? "" : html`<dt>Permissions</dt><dd>${permissions.join(", ") || "none"}</dd>`}
<dt>Correlation id</dt><dd><code>${correlationId ?? "none"}</code></dd>
</dl>${claims === undefined ? "" : html`<pre>${JSON.stringify(claims, null, 2)}</pre>`}</details></div>
${remedyButton(visit, event)}</li>`;
}

function remedyButton(visit: PortalVisit, event: PlatformEvent): Markup | "" {
  const remedy = findRemedy(visit, event);
  switch (remedy?.kind) {
    case "consent":
      return buttonForm(visit, "grant", remedy.label, { application: remedy.application.appId });
    case "link":
      return html`<a class="remedy" href="${remedy.path}">${remedy.label}</a>`;
    default:
      return "";
  }
}
