import { html } from "hono/html";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { objectPage } from "../frame/objectPage.ts";
import { link } from "../frame/portalFrame.ts";
import type { Action, PortalPage, PortalVisit } from "../frame/portalPage.ts";

export interface ApplicationVisit extends PortalVisit {
  readonly application: Application;
}

export interface ApplicationPage {
  /** The last segment of the path; empty for the overview. */
  readonly segment: string;
  readonly show: (visit: ApplicationVisit) => Promise<PlainResponse>;
  readonly actions: Readonly<Record<string, Action<ApplicationVisit>>>;
}

const tabs = [
  ["", "Overview"],
  ["credentials", "Certificates & secrets"],
  ["federated", "Federated credentials"],
  ["permissions", "API permissions"],
  ["api", "Expose an API"],
  ["authentication", "Authentication"],
  ["manifest", "Manifest"],
] as const;

export function applicationPath(appId: string, segment = ""): string {
  return `/portal/applications/${appId}${segment === "" ? "" : `/${segment}`}`;
}

/** A page about one application of the visitor's tenant. Applications of other tenants are not found. */
export function applicationPage({ segment, show, actions }: ApplicationPage): PortalPage {
  return objectPage<ApplicationVisit>({
    path: applicationPath("{appId}", segment),
    noun: "application",
    list: "/portal/applications",
    load(visit) {
      const application = findOwnApplication(visit, visit.parameters["appId"]);
      return application && { ...visit, application };
    },
    show,
    actions,
  });
}

export function applicationTabs({ appId }: Application, current: string): Markup {
  return html`<nav class="tabs" aria-label="Application"><ul>${tabs.map(([segment, name]) =>
    link(applicationPath(appId, segment), name, segment === current),
  )}</ul></nav>`;
}

/** Returns the application if it is registered in the visitor's tenant. */
export function findOwnApplication({ context, tenant }: PortalVisit, appId: string = ""): Application | undefined {
  const found = findApplicationByAppId(context.directory, appId);
  return found?.tenantId === tenant.id ? found : undefined;
}
