import { html } from "hono/html";
import { resetUserPassword } from "../../directory/users/userPasswords.ts";
import { createUser, listUsers } from "../../directory/users/users.ts";
import { formFields } from "../frame/fields.ts";
import { nextPageLink, pageRequest, searchForm, searchText } from "../frame/listPaging.ts";
import { userPath } from "../frame/objectPaths.ts";
import { formToken, portalFrame } from "../frame/portalFrame.ts";
import type { PortalPage } from "../frame/portalPage.ts";
import { readUserFields, userFields } from "./userFields.ts";

/** Lists and searches the tenant's users, and creates new ones. */
export const users: PortalPage = {
  path: "/users",
  show(visit) {
    const orderBy = searchText(visit)?.includes("@") ? "userPrincipalName" : "displayName";
    const found = listUsers(visit.context.directory, visit.tenant.id, { ...pageRequest(visit), orderBy });
    const body = html`${searchForm(visit, "Display name or user name begins with")}
${found.items.length === 0 ? html`<p>No users found.</p>` : ""}
<ul class="rows">${found.items.map(
      ({
        id,
        displayName,
        userPrincipalName,
        accountEnabled,
      }) => html`<li><div><a href="${userPath(id)}">${displayName}</a>
${accountEnabled ? "" : html`<span class="badge bad">disabled</span>`}<br>
<span class="soft">${userPrincipalName}</span></div></li>`,
    )}</ul>
${nextPageLink(visit, found)}
<p><a href="/portal/users/deleted">Deleted users</a></p>
<h2>New user</h2>
<form method="post">${formToken(visit)}
${userFields(formFields(visit, "create"))}
<div class="actions"><button class="primary" type="submit" name="action" value="create">Create user</button></div>
</form>`;
    return portalFrame(visit, { title: "Users", body });
  },
  actions: {
    create(visit, form) {
      const { context, tenant, signedIn } = visit;
      const read = readUserFields(visit, form);
      if (read.kind !== "fields") {
        return read;
      }
      const { user, password } = context.directory.database.transaction(() => {
        const added = createUser(context.directory, { ...read.fields, tenantId: tenant.id });
        return { user: added, password: resetUserPassword(context.directory, added.id) };
      });
      context.newSecrets.add(signedIn.session, user.id, password);
      return { kind: "done", why: `created the user ${user.userPrincipalName}`, to: userPath(user.id) };
    },
  },
};
