import { html } from "hono/html";
import { updateApplication } from "../../directory/applications.ts";
import { newAppRole, newScope } from "../../directory/registration.ts";
import { refuseIdentifierUris } from "../../graph/identifierUris.ts";
import { type ApplicationVisit, applicationPage, applicationTabs } from "../applicationPage.ts";
import type { Markup } from "../page.ts";
import { buttonForm, formToken, portalFrame } from "../portalFrame.ts";
import { linesField, type Outcome, type PortalPage, problem, textField } from "../portalPage.ts";

/** What an application offers as an API: its names, scopes and app roles, and the version of its tokens. */
export const exposedApi: PortalPage = applicationPage({
  segment: "api",
  show(visit) {
    const { application } = visit;
    const { identifierUris, api, appRoles, displayName } = application;
    const body = html`<form method="post">${formToken(visit)}
<label for="uris">Identifier URIs, one a line (usually api://${application.appId})</label>
<textarea id="uris" name="uris" spellcheck="false">${identifierUris.join("\n")}</textarea>
<label for="version">Version of the access tokens it receives</label>
<select id="version" name="version">${[1, 2].map((version) => html`<option value="${version}"${version === (api.requestedAccessTokenVersion ?? 1) ? " selected" : ""}>${version}.0</option>`)}</select>
<div class="actions"><button class="primary" type="submit" name="action" value="save">Save</button></div></form>
<h2>Scopes: delegated permissions</h2>
<ul class="rows">${api.oauth2PermissionScopes.map(({ id, value, type, adminConsentDisplayName }) =>
      offeredRow(
        visit,
        "scope",
        id,
        value,
        `${adminConsentDisplayName} · ${type === "Admin" ? "administrators" : "administrators and users"} consent`,
      ),
    )}</ul>
<form method="post">${formToken(visit)}
<label for="scope">Scope, such as Orders.Read</label><input id="scope" name="value" required autocomplete="off">
<label for="scopeName">What consent says about it</label><input id="scopeName" name="displayName" required autocomplete="off">
<label for="consent">Who may consent</label>
<select id="consent" name="type"><option value="User">Administrators and users</option><option value="Admin">Administrators only</option></select>
<div class="actions"><button class="primary" type="submit" name="action" value="add-scope">Add scope</button></div></form>
<h2>App roles: application permissions</h2>
<ul class="rows">${appRoles.map((role) => offeredRow(visit, "role", role.id, role.value ?? role.id, `${role.displayName} · for ${role.allowedMemberTypes.map((type) => (type === "User" ? "users and groups" : "applications")).join(", ")}`))}</ul>
<form method="post">${formToken(visit)}
<label for="role">App role, such as Orders.Read.All</label><input id="role" name="value" required autocomplete="off">
<label for="roleName">What consent says about it</label><input id="roleName" name="displayName" required autocomplete="off">
<label for="members">Who can have it</label>
<select id="members" name="members"><option value="Application">Applications</option><option value="User">Users and groups</option><option value="Application User">Both</option></select>
<div class="actions"><button class="primary" type="submit" name="action" value="add-role">Add app role</button></div></form>`;
    return portalFrame(visit, {
      title: `${displayName}: expose an API`,
      body,
      tabs: applicationTabs(application, "api"),
    });
  },
  actions: { save, "add-scope": addScope, "remove-scope": removeScope, "add-role": addRole, "remove-role": removeRole },
});

function offeredRow(visit: ApplicationVisit, kind: "scope" | "role", id: string, value: string, text: string): Markup {
  return html`<li><div><strong>${value}</strong><br><span class="soft">${text}</span></div>
${buttonForm(visit, `remove-${kind}`, html`Remove <span class="soft">${value}</span>`, { id })}</li>`;
}

function save({ application, context, tenant }: ApplicationVisit, form: FormData): Outcome {
  const identifierUris = [...new Set(linesField(form, "uris"))];
  const refused = refuseIdentifierUris(context.directory, tenant, identifierUris, application);
  if (refused !== undefined) {
    return problem(refused.message);
  }
  const requestedAccessTokenVersion = textField(form, "version") === "2" ? 2 : null;
  updateApplication(context.directory, application.id, {
    identifierUris,
    api: { ...application.api, requestedAccessTokenVersion },
  });
  return done(application, "changed the API names of");
}

function addScope({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const { api } = application;
  const [value, displayName] = [textField(form, "value"), textField(form, "displayName")];
  const wrong = wrongValue(application, value);
  if (wrong !== undefined) {
    return wrong;
  }
  const type = textField(form, "type") === "Admin" ? "Admin" : "User";
  const scope = newScope(context.directory, { value, displayName: displayName || undefined, type });
  const oauth2PermissionScopes = [...api.oauth2PermissionScopes, scope];
  updateApplication(context.directory, application.id, { api: { ...api, oauth2PermissionScopes } });
  return done(application, `added the scope ${value} to`);
}

function removeScope({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const { api } = application;
  const oauth2PermissionScopes = api.oauth2PermissionScopes.filter(({ id }) => id !== textField(form, "id"));
  if (oauth2PermissionScopes.length === api.oauth2PermissionScopes.length) {
    return problem("There is no such scope: it was removed before.");
  }
  updateApplication(context.directory, application.id, { api: { ...api, oauth2PermissionScopes } });
  return done(application, "removed a scope from");
}

function addRole({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const [value, displayName] = [textField(form, "value"), textField(form, "displayName")];
  const wrong = wrongValue(application, value);
  if (wrong !== undefined) {
    return wrong;
  }
  const members = textField(form, "members").split(" ");
  const allowedMemberTypes = (["Application", "User"] as const).filter((type) => members.includes(type));
  if (allowedMemberTypes.length === 0) {
    return problem("Choose who can have the app role.");
  }
  const role = newAppRole(context.directory, { value, displayName: displayName || undefined, allowedMemberTypes });
  updateApplication(context.directory, application.id, { appRoles: [...application.appRoles, role] });
  return done(application, `added the app role ${value} to`);
}

function removeRole({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const appRoles = application.appRoles.filter(({ id }) => id !== textField(form, "id"));
  if (appRoles.length === application.appRoles.length) {
    return problem("There is no such app role: it was removed before.");
  }
  updateApplication(context.directory, application.id, { appRoles });
  return done(application, "removed an app role from");
}

/** A scope and a role may not have one value: both stand in tokens, and an API could not tell them apart. */
function wrongValue({ api, appRoles }: ApplicationVisit["application"], value: string): Outcome | undefined {
  if (!/^[\w!#$%&'()*+,\-.:;<=>?@[\]^`{|}~/]{1,120}$/.test(value) || value.startsWith(".")) {
    return problem(`The value ${value || "(empty)"} must be 1 to 120 characters without spaces and begin with no dot.`);
  }
  return [...api.oauth2PermissionScopes, ...appRoles].some((offered) => offered.value === value)
    ? problem(`The application has a scope or app role ${value} already.`)
    : undefined;
}

function done({ displayName, appId }: ApplicationVisit["application"], what: string): Outcome {
  return { kind: "done", why: `${what} ${displayName}`, clientId: appId };
}
