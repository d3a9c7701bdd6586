import { html } from "hono/html";
import { manifestProperties, manifestValue } from "../../directory/applications/applicationManifest.ts";
import { portalFrame } from "../frame/portalFrame.ts";
import type { PortalPage } from "../frame/portalPage.ts";
import { applicationPage, applicationTabs } from "./applicationPage.ts";

/** The registration as Graph returns it, ready for `POST /applications` in another tenant. */
export const manifest: PortalPage = applicationPage({
  segment: "manifest",
  show(visit) {
    const { application } = visit;
    const entries = manifestProperties.map((name) => [name, manifestValue(application, name)]);
    const body = html`<p>The registration as <code>GET /v1.0/applications/${application.id}</code> returns it. It contains no secrets.</p>
<pre>${JSON.stringify(Object.fromEntries(entries), null, 2)}</pre>`;
    const tabs = applicationTabs(application, "manifest");
    return portalFrame(visit, { title: `${application.displayName}: manifest`, body, tabs });
  },
  actions: {},
});
