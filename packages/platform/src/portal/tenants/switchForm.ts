import { html } from "hono/html";
import type { Directory } from "../../directory/directory.ts";
import { listRoleMembers } from "../../directory/directoryRoles/directoryRoles.ts";
import { globalAdministrator } from "../../directory/directoryRoles/roleTemplates.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { getUser, type User } from "../../directory/users/users.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { formToken } from "../frame/portalFrame.ts";
import type { PortalVisit } from "../frame/portalPage.ts";

/** The users who may open a tenant's portal. */
export function administratorsOf(directory: Directory, { id }: Tenant): readonly User[] {
  return listRoleMembers(directory, id, globalAdministrator.templateId).flatMap((userId) => {
    const user = getUser(directory, userId);
    return user?.accountEnabled === true ? [user] : [];
  });
}

/**
 * The form for another tenant than the visitor's: it signs out and continues with the sign-in of the other tenant's
 * first administrator.
 */
export function switchForm(visit: PortalVisit, tenant: Tenant): Markup | "" {
  const [administrator] = administratorsOf(visit.context.directory, tenant);
  if (tenant.id === visit.tenant.id || administrator === undefined) {
    return "";
  }
  const query = new URLSearchParams({ login_hint: administrator.userPrincipalName });
  return html`<form method="post" action="/portal/applications?${query.toString()}">${formToken(visit)}
<button type="submit" name="action" value="sign-out">Switch to ${tenant.displayName}</button></form>`;
}
