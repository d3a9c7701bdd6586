import { html } from "hono/html";
import type { Directory } from "../../directory/directory.ts";
import type { Group } from "../../directory/groups/groups.ts";
import { listAppRoleAssignments } from "../../directory/permissionGrants/permissionGrants.ts";
import { getServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Markup } from "../../signIn/page/page.ts";

/** The app roles assigned to a principal, directly or through a group that it is a direct member of. */
export function appRolesSection(directory: Directory, principalId: string, groups: readonly Group[]): Markup {
  const assigned = [
    ...listAppRoleAssignments(directory, principalId).map((assignment) => ({ assignment, through: "directly" })),
    ...groups.flatMap(({ id, displayName }) =>
      listAppRoleAssignments(directory, id).map((assignment) => ({ assignment, through: `through ${displayName}` })),
    ),
  ];
  return html`<h2>App roles</h2>
${assigned.length === 0 ? html`<p>No app roles are assigned.</p>` : ""}
<ul class="rows">${assigned.map(({ assignment, through }) => {
    const resource = getServicePrincipal(directory, assignment.resourceId);
    const role = resource?.appRoles.find(({ id }) => id === assignment.appRoleId);
    return html`<li><div><strong>${role?.value ?? role?.displayName ?? "Access without a role"}</strong><br>
<span class="soft">${resource?.displayName ?? assignment.resourceId} · ${through}</span></div></li>`;
  })}</ul>`;
}
