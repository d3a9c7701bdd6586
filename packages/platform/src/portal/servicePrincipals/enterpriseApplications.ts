import { html } from "hono/html";
import { listServicePrincipals, type ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { microsoftServicesTenantId } from "../../directory/wellKnown.ts";
import { nextPageLink, pageRequest, searchForm } from "../frame/listPaging.ts";
import { servicePrincipalPath } from "../frame/objectPaths.ts";
import { portalFrame } from "../frame/portalFrame.ts";
import type { PortalPage, PortalVisit } from "../frame/portalPage.ts";

/** Lists and searches the tenant's service principals: the applications that are used in it. */
export const enterpriseApplications: PortalPage = {
  path: "/enterprise-applications",
  show(visit) {
    const found = listServicePrincipals(visit.context.directory, visit.tenant.id, pageRequest(visit));
    const body = html`<p>The service principals of ${visit.tenant.displayName}: applications that are used in this tenant, with their permissions and users.</p>
${searchForm(visit, "Name begins with")}
${found.items.length === 0 ? html`<p>No service principals found.</p>` : ""}
<ul class="rows">${found.items.map(
      (principal) => html`<li><div><a href="${servicePrincipalPath(principal.id)}">${principal.displayName}</a><br>
<span class="soft">${originOf(visit, principal)} · <code>${principal.appId}</code></span></div></li>`,
    )}</ul>
${nextPageLink(visit, found)}`;
    return portalFrame(visit, { title: "Enterprise applications", body });
  },
};

/** Where the application of a service principal comes from. */
export function originOf({ tenant }: PortalVisit, principal: ServicePrincipal): string {
  if (principal.servicePrincipalType === "ManagedIdentity") {
    return "managed identity";
  }
  if (principal.appOwnerOrganizationId === microsoftServicesTenantId) {
    return "Microsoft application";
  }
  return principal.appOwnerOrganizationId === tenant.id ? "registered here" : "registered in another tenant";
}
