import { html } from "hono/html";
import { findPrincipal } from "../../directory/directoryObjects/principals.ts";
import {
  addAppRoleAssignment,
  getAppRoleAssignment,
  listAppRoleAssignedTo,
  removeAppRoleAssignment,
} from "../../directory/permissionGrants/permissionGrants.ts";
import { assignableRoles, findUnassignableReason } from "../../directory/permissionGrants/roleAssignment.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { defaultAccessAppRoleId } from "../../directory/wellKnown.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { formFields } from "../frame/fields.ts";
import { groupPath, servicePrincipalPath, userPath } from "../frame/objectPaths.ts";
import { buttonForm, formToken } from "../frame/portalFrame.ts";
import { type Outcome, type PortalVisit, problem, textField } from "../frame/portalPage.ts";
import { principalField, readPrincipal } from "../frame/principalField.ts";

export interface ServicePrincipalVisit extends PortalVisit {
  readonly principal: ServicePrincipal;
}

const paths = { User: userPath, Group: groupPath, ServicePrincipal: servicePrincipalPath };
const withoutRole = "Access without a role";

/** The role assignments on a service principal, and the form to assign a role to a user, group or application. */
export function assignmentsSection(visit: ServicePrincipalVisit): Markup {
  const { context, principal } = visit;
  const assigned = listAppRoleAssignedTo(context.directory, principal.id);
  const fields = formFields(visit, "assign");
  const roles = [...assignableRoles(principal, "User"), ...assignableRoles(principal, "Application")];
  const options = [...new Map(roles.map(({ id, value, displayName }) => [id, value ?? displayName]))];
  return html`<h2>Users and groups</h2>
${assigned.length === 0 ? html`<p>No roles are assigned.</p>` : ""}
<ul class="rows">${assigned.map(({ id, principalId, principalType, appRoleId }) => {
    const name = findPrincipal(context.directory, principalId)?.displayName ?? principalId;
    return html`<li><div><a href="${paths[principalType](principalId)}">${name}</a><br>
<span class="soft">${roleName(visit, appRoleId)}</span></div>
${buttonForm(visit, "unassign", html`Remove <span class="soft">${name}</span>`, { id })}</li>`;
  })}</ul>
<form method="post">${formToken(visit)}
${principalField(fields, "principal")}
${fields.select({ name: "role", label: "Role", options: [[defaultAccessAppRoleId, withoutRole], ...options] })}
<div class="actions"><button class="primary" type="submit" name="action" value="assign">Assign</button></div>
</form>`;
}

function roleName({ principal }: ServicePrincipalVisit, appRoleId: string): string {
  const role = principal.appRoles.find(({ id }) => id === appRoleId);
  return role?.value ?? role?.displayName ?? withoutRole;
}

export function assign(visit: ServicePrincipalVisit, form: FormData): Outcome {
  const { context, principal: resource } = visit;
  const found = readPrincipal(visit, form, "principal");
  if ("kind" in found) {
    return found;
  }
  const appRoleId = textField(form, "role");
  const why = findUnassignableReason(resource, found, appRoleId);
  if (why !== undefined) {
    return problem(`${why.charAt(0).toUpperCase()}${why.slice(1)}.`, found.isAssignable ? "role" : "principal");
  }
  const assignment = { principalId: found.id, principalType: found.type, resourceId: resource.id, appRoleId };
  const name = roleName(visit, appRoleId);
  return addAppRoleAssignment(context.directory, assignment) === undefined
    ? problem(`${found.displayName} already has "${name}".`, "principal")
    : {
        kind: "done",
        why: `assigned "${name}" on ${resource.displayName} to ${found.displayName}`,
        clientId: resource.appId,
      };
}

export function unassign({ context, principal }: ServicePrincipalVisit, form: FormData): Outcome {
  const id = textField(form, "id");
  return getAppRoleAssignment(context.directory, id)?.resourceId === principal.id &&
    removeAppRoleAssignment(context.directory, id)
    ? { kind: "done", why: `removed a role assignment on ${principal.displayName}`, clientId: principal.appId }
    : problem("The role assignment has already been removed.");
}
