import { html } from "hono/html";
import {
  deleteServicePrincipal,
  getServicePrincipal,
  type ServicePrincipal,
  updateServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import { applicationPath, findOwnApplication } from "../applications/applicationPage.ts";
import { objectPage } from "../frame/objectPage.ts";
import { servicePrincipalPath } from "../frame/objectPaths.ts";
import { buttonForm, portalFrame } from "../frame/portalFrame.ts";
import type { Outcome, PortalPage } from "../frame/portalPage.ts";
import {
  assign,
  assignmentsSection,
  type ServicePrincipalVisit,
  unassign,
} from "../permissionGrants/assignmentsSection.ts";
import { grantsSection, revokeGrant, revokeRole } from "../permissionGrants/grantsSection.ts";
import { originOf } from "./enterpriseApplications.ts";

/** One service principal: who may use it, what it may do, and whether it may sign in. */
export const enterpriseApplication: PortalPage = objectPage<ServicePrincipalVisit>({
  path: servicePrincipalPath("{principalId}"),
  noun: "service principal",
  list: "/portal/enterprise-applications",
  load(visit) {
    const principal = getServicePrincipal(visit.context.directory, visit.parameters["principalId"] ?? "");
    return principal?.tenantId === visit.tenant.id ? { ...visit, principal } : undefined;
  },
  show,
  actions: {
    assign,
    unassign,
    "revoke-role": revokeRole,
    "revoke-grant": revokeGrant,
    enable: (visit) => change(visit, { accountEnabled: true }, "enabled"),
    disable: (visit) => change(visit, { accountEnabled: false }, "disabled"),
    require: (visit) => change(visit, { appRoleAssignmentRequired: true }, "required assignment for"),
    open: (visit) => change(visit, { appRoleAssignmentRequired: false }, "allowed every user to use"),
    delete({ context, principal }) {
      deleteServicePrincipal(context.directory, principal.id);
      const why = `deleted the service principal ${principal.displayName}`;
      return { kind: "done", why, clientId: principal.appId, to: "/portal/enterprise-applications" };
    },
  },
});

function show(visit: ServicePrincipalVisit): Promise<PlainResponse> {
  const { principal } = visit;
  const { accountEnabled: isEnabled, appRoleAssignmentRequired: isRequired, appId } = principal;
  const body = html`<dl>
<dt>Object id</dt><dd><code>${principal.id}</code></dd>
<dt>Application (client) id</dt><dd><code>${appId}</code></dd>
<dt>Application</dt><dd>${findOwnApplication(visit, appId) === undefined ? originOf(visit, principal) : html`<a href="${applicationPath(appId)}">Registered here</a>`}</dd>
<dt>Sign-in</dt><dd>${isEnabled ? html`<span class="badge good">allowed</span>` : html`<span class="badge bad">not allowed</span>`}</dd>
</dl>
${grantsSection(visit)}
${assignmentsSection(visit)}
<h2>Sign-in and removal</h2>
<ul class="rows">
<li><div>${isRequired ? "Only assigned users and groups can sign in (AADSTS50105)." : "Every user in the tenant can sign in."}</div>${buttonForm(visit, isRequired ? "open" : "require", isRequired ? "Allow every user" : "Require assignment")}</li>
<li><div>${isEnabled ? "The application can get tokens, and others can get tokens for it." : "The application cannot get tokens (AADSTS7000112)."}</div>${buttonForm(visit, isEnabled ? "disable" : "enable", isEnabled ? "Disable" : "Enable")}</li>
<li><div>Deleting it also deletes all grants to it and role assignments on it. It can be restored through Graph for 30 days.</div>${buttonForm(visit, "delete", "Delete")}</li>
</ul>`;
  return portalFrame(visit, { title: principal.displayName, body });
}

function change(
  { context, principal }: ServicePrincipalVisit,
  changes: Partial<Pick<ServicePrincipal, "accountEnabled" | "appRoleAssignmentRequired">>,
  verb: string,
): Outcome {
  updateServicePrincipal(context.directory, principal.id, changes);
  return { kind: "done", why: `${verb} ${principal.displayName}`, clientId: principal.appId };
}
