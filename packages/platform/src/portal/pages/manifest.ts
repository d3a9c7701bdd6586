import { html } from "hono/html";
import { applicationType } from "../../graph/applicationType.ts";
import { applicationPage, applicationTabs } from "../applicationPage.ts";
import { portalFrame } from "../portalFrame.ts";
import type { PortalPage } from "../portalPage.ts";

/** The registration as Graph gives it: what another tenant's `POST /applications` would be sent. */
export const manifest: PortalPage = applicationPage({
  segment: "manifest",
  show(visit) {
    const { application, context } = visit;
    const entries = applicationType.defaults.map((name) => [
      name,
      applicationType.value(application, name, context.directory),
    ]);
    const body = html`<p>The registration as <code>GET /v1.0/applications/${application.id}</code> gives it. No secret is in it.</p>
<pre>${JSON.stringify(Object.fromEntries(entries), null, 2)}</pre>`;
    const tabs = applicationTabs(application, "manifest");
    return portalFrame(visit, { title: `${application.displayName}: manifest`, body, tabs });
  },
  actions: {},
});
