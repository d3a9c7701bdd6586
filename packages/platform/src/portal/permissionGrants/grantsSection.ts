import { html } from "hono/html";
import {
  getAppRoleAssignment,
  getPermissionGrant,
  listAppRoleAssignments,
  listPermissionGrants,
  removeAppRoleAssignment,
  removePermissionGrant,
} from "../../directory/permissionGrants/permissionGrants.ts";
import { getServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getUser } from "../../directory/users/users.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { servicePrincipalPath } from "../frame/objectPaths.ts";
import { buttonForm } from "../frame/portalFrame.ts";
import { type Outcome, problem, textField } from "../frame/portalPage.ts";
import type { ServicePrincipalVisit } from "./assignmentsSection.ts";

/** What was granted to a service principal: application permissions, and delegated ones for all users or for one. */
export function grantsSection(visit: ServicePrincipalVisit): Markup {
  const { directory } = visit.context;
  const roles = listAppRoleAssignments(directory, visit.principal.id).map(({ id, resourceId, appRoleId }) => {
    const role = getServicePrincipal(directory, resourceId)?.appRoles.find((candidate) => candidate.id === appRoleId);
    const name = role?.value ?? role?.displayName ?? "Access without a role";
    return row(visit, { action: "revoke-role", id, resourceId, name, kind: "application permission" });
  });
  const grants = listPermissionGrants(directory, visit.principal.id).map(({ id, resourceId, scope, principalId }) => {
    const user = principalId === undefined ? undefined : getUser(directory, principalId);
    const kind = `delegated, for ${principalId === undefined ? "every user" : (user?.userPrincipalName ?? principalId)}`;
    return row(visit, { action: "revoke-grant", id, resourceId, name: scope || "(no scope)", kind });
  });
  return html`<h2>Permissions</h2>
${roles.length + grants.length === 0 ? html`<p>It has no permissions.</p>` : html`<ul class="rows">${roles}${grants}</ul>`}`;
}

interface GrantRow {
  readonly action: string;
  readonly id: string;
  readonly resourceId: string;
  readonly name: string;
  readonly kind: string;
}

function row(visit: ServicePrincipalVisit, { action, id, resourceId, name, kind }: GrantRow): Markup {
  const resource = getServicePrincipal(visit.context.directory, resourceId);
  return html`<li><div><strong>${name}</strong><br>
<span class="soft"><a href="${servicePrincipalPath(resourceId)}">${resource?.displayName ?? resourceId}</a> · ${kind}</span></div>
${buttonForm(visit, action, html`Revoke <span class="soft">${name}</span>`, { id })}</li>`;
}

export function revokeRole({ context, principal }: ServicePrincipalVisit, form: FormData): Outcome {
  const id = textField(form, "id");
  return getAppRoleAssignment(context.directory, id)?.principalId === principal.id &&
    removeAppRoleAssignment(context.directory, id)
    ? {
        kind: "done",
        why: `revoked an application permission from ${principal.displayName}`,
        clientId: principal.appId,
      }
    : problem("The permission has already been revoked.");
}

export function revokeGrant({ context, principal }: ServicePrincipalVisit, form: FormData): Outcome {
  const id = textField(form, "id");
  return getPermissionGrant(context.directory, id)?.clientId === principal.id &&
    removePermissionGrant(context.directory, id)
    ? { kind: "done", why: `revoked delegated permissions from ${principal.displayName}`, clientId: principal.appId }
    : problem("The permissions have already been revoked.");
}
