import { html } from "hono/html";
import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import { directoryRoles } from "../../directory/directoryRoles/roleTemplates.ts";
import { directGroupsOf } from "../../directory/groups/groupMembers.ts";
import { resetUserPassword } from "../../directory/users/userPasswords.ts";
import { deleteUser, getUser, type User, updateUser } from "../../directory/users/users.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import { formFields } from "../frame/fields.ts";
import { newPasswordSection } from "../frame/newSecretSection.ts";
import { objectPage } from "../frame/objectPage.ts";
import { groupPath, userPath } from "../frame/objectPaths.ts";
import { buttonForm, formToken, portalFrame } from "../frame/portalFrame.ts";
import { type Outcome, type PortalPage, type PortalVisit, problem } from "../frame/portalPage.ts";
import { appRolesSection } from "../permissionGrants/appRolesSection.ts";
import { readUserFields, userFields } from "./userFields.ts";

interface UserVisit extends PortalVisit {
  readonly user: User;
}

/** One user, with groups and app roles; can be changed, disabled and deleted, and given a new password. */
export const userProfile: PortalPage = objectPage<UserVisit>({
  path: userPath("{userId}"),
  noun: "user",
  list: "/portal/users",
  load(visit) {
    const user = getUser(visit.context.directory, visit.parameters["userId"] ?? "");
    return user?.tenantId === visit.tenant.id ? { ...visit, user } : undefined;
  },
  show,
  actions: {
    save(visit, form) {
      const { context, user } = visit;
      const read = readUserFields(visit, form, user.id);
      if (read.kind !== "fields") {
        return read;
      }
      updateUser(context.directory, user.id, read.fields);
      return { kind: "done", why: `changed the user ${user.userPrincipalName}` };
    },
    enable: (visit) => setEnabled(visit, true),
    disable: (visit) => refuseOwnAccount(visit) ?? setEnabled(visit, false),
    "reset-password": (visit) => refuseOwnAccount(visit) ?? resetPassword(visit),
    delete: (visit) => refuseOwnAccount(visit) ?? remove(visit),
  },
});

function show(visit: UserVisit): Promise<PlainResponse> {
  const { context, user } = visit;
  const groups = directGroupsOf(context.directory, user.id);
  const roleIds = roleTemplateIdsOf(context.directory, user.id);
  const roles = directoryRoles.filter(({ templateId }) => roleIds.includes(templateId));
  const body = html`${newPasswordSection(visit, user.id)}
<dl>
<dt>User name</dt><dd>${user.userPrincipalName}</dd>
<dt>Object id</dt><dd><code>${user.id}</code></dd>
<dt>Type</dt><dd>${user.userType}</dd>
<dt>Directory roles</dt><dd>${roles.map(({ displayName }) => displayName).join(", ") || "none"}</dd>
<dt>Sign-in</dt><dd>${user.accountEnabled ? html`<span class="badge good">allowed</span>` : html`<span class="badge bad">not allowed</span>`}</dd>
</dl>
<form method="post">${formToken(visit)}
${userFields(formFields(visit, "save"), user)}
<div class="actions"><button class="primary" type="submit" name="action" value="save">Save</button></div>
</form>
<h2>Groups</h2>
${groups.length === 0 ? html`<p>The user is not a member of any group.</p>` : ""}
<ul class="rows">${groups.map(({ id, displayName, description }) => html`<li><div><a href="${groupPath(id)}">${displayName}</a><br><span class="soft">${description ?? ""}</span></div></li>`)}</ul>
${appRolesSection(context.directory, user.id, groups)}
<h2>Sign-in and removal</h2>
<ul class="rows">
<li><div>${user.accountEnabled ? "The user can sign in." : "The user cannot sign in (AADSTS50057)."}</div>${buttonForm(visit, user.accountEnabled ? "disable" : "enable", user.accountEnabled ? "Disable" : "Enable")}</li>
<li><div>The new password is shown once. It ends all sessions that were started with the old one.</div>${buttonForm(visit, "reset-password", "Reset password")}</li>
<li><div>A deleted user can be restored for 30 days.</div>${buttonForm(visit, "delete", "Delete")}</li>
</ul>`;
  return portalFrame(visit, { title: user.displayName, body });
}

/** Refused because it would end this session, and because the last administrator could not undo it. */
function refuseOwnAccount({ user, signedIn }: UserVisit): Outcome | undefined {
  return user.id === signedIn.user.id
    ? problem("This is your own account. Ask another Global Administrator to do this.")
    : undefined;
}

function setEnabled({ context, user }: UserVisit, accountEnabled: boolean): Outcome {
  updateUser(context.directory, user.id, { accountEnabled });
  return { kind: "done", why: `${accountEnabled ? "enabled" : "disabled"} the user ${user.userPrincipalName}` };
}

function resetPassword({ context, user, signedIn }: UserVisit): Outcome {
  context.newSecrets.add(signedIn.session, user.id, resetUserPassword(context.directory, user.id));
  return { kind: "done", why: `reset the password of ${user.userPrincipalName}` };
}

function remove({ context, user }: UserVisit): Outcome {
  deleteUser(context.directory, user.id);
  return { kind: "done", why: `deleted the user ${user.userPrincipalName}`, to: "/portal/users" };
}
