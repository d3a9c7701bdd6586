import { html } from "hono/html";
import { getDeleted, listDeleted, restoreDeleted } from "../../directory/directoryObjects/deletedObjects.ts";
import type { User } from "../../directory/users/users.ts";
import { userPath } from "../frame/objectPaths.ts";
import { buttonForm, day, portalFrame } from "../frame/portalFrame.ts";
import { type PortalPage, problem, textField } from "../frame/portalPage.ts";

/** The users who can still be restored. */
export const deletedUsers: PortalPage = {
  path: "/users/deleted",
  show(visit) {
    const found = listDeleted(visit.context.directory, visit.tenant.id, "user");
    const body = html`<p>Deleted users can be restored for 30 days, with their passwords, groups and app roles.
<a href="/portal/users">Show all users</a></p>
${found.length === 0 ? html`<p>No users have been deleted.</p>` : ""}
<ul class="rows">${found.map(({ id, object }) => {
      const { displayName, userPrincipalName } = object as unknown as User;
      return html`<li><div><strong>${displayName}</strong><br>
<span class="soft">${userPrincipalName} · deleted ${day(Date.parse(object.deletedDateTime))}</span></div>
${buttonForm(visit, "restore", html`Restore <span class="soft">${displayName}</span>`, { id })}</li>`;
    })}</ul>`;
    return portalFrame(visit, { title: "Deleted users", body });
  },
  actions: {
    restore({ context, tenant }, form) {
      const found = getDeleted(context.directory, tenant.id, textField(form, "id"));
      if (found?.type !== "user") {
        return problem("The deleted user no longer exists: it has been restored, or its 30 days are over.");
      }
      const { userPrincipalName } = found.object as unknown as User;
      return restoreDeleted(context.directory, found)
        ? { kind: "done", why: `restored the user ${userPrincipalName}`, to: userPath(found.id) }
        : problem(`Another user now has the user name ${userPrincipalName}. Change that user name first.`);
    },
  },
};
