import { html } from "hono/html";
import { updateApplication } from "../../directory/applications/applicationChanges.ts";
import { newAppRole, newScope } from "../../directory/applications/registration.ts";
import { findUriProblem, type UriProblem } from "../../directory/applications/uris/identifierUris.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { formFields } from "../frame/fields.ts";
import { buttonForm, formToken, portalFrame } from "../frame/portalFrame.ts";
import { linesField, type Outcome, type PortalPage, problem, textField } from "../frame/portalPage.ts";
import { type ApplicationVisit, applicationPage, applicationTabs } from "./applicationPage.ts";

const versions = [
  ["1", "1.0"],
  ["2", "2.0"],
] as const;
const consenters = [
  ["User", "Administrators and users"],
  ["Admin", "Administrators only"],
] as const;
const members = [
  ["Application", "Applications"],
  ["User", "Users and groups"],
  ["Application User", "Both"],
] as const;

const uriProblems: Readonly<Record<UriProblem["kind"], (uri: string) => string>> = {
  notVerified: (uri) => `${uri} must be api:// and the client id, or use a verified domain of the tenant.`,
  repeated: (uri) => `${uri} is listed twice. Remove one of the two.`,
  taken: (uri) => `Another application in the tenant uses ${uri}. Choose a different URI.`,
};

/** What an application exposes as an API: its identifier URIs, scopes and app roles, and the version of its tokens. */
export const exposedApi: PortalPage = applicationPage({
  segment: "api",
  show(visit) {
    const { application } = visit;
    const { identifierUris, api, appRoles, displayName } = application;
    const [names, scope, role] = [
      formFields(visit, "save"),
      formFields(visit, "add-scope"),
      formFields(visit, "add-role"),
    ];
    const body = html`<form method="post">${formToken(visit)}
${names.textarea({ name: "uris", label: `Identifier URIs, one per line (usually api://${application.appId})`, value: identifierUris.join("\n") })}
${names.select({ name: "version", label: "Access token version", options: versions, value: String(api.requestedAccessTokenVersion ?? 1) })}
<div class="actions"><button class="primary" type="submit" name="action" value="save">Save</button></div></form>
<h2>Scopes: delegated permissions</h2>
<ul class="rows">${api.oauth2PermissionScopes.map(({ id, value, type, adminConsentDisplayName }) =>
      exposedRow(
        visit,
        "scope",
        id,
        value,
        `${adminConsentDisplayName} · ${type === "Admin" ? "administrators" : "administrators and users"} consent`,
      ),
    )}</ul>
<form method="post">${formToken(visit)}
${scope.input({ id: "scope", name: "value", label: "Scope, such as Orders.Read", attributes: "required" })}
${scope.input({ id: "scopeName", name: "displayName", label: "Description on the consent page", attributes: "required" })}
${scope.select({ id: "consent", name: "type", label: "Who may consent", options: consenters })}
<div class="actions"><button class="primary" type="submit" name="action" value="add-scope">Add scope</button></div></form>
<h2>App roles: application permissions</h2>
<ul class="rows">${appRoles.map(({ id, value, displayName: text, allowedMemberTypes }) => exposedRow(visit, "role", id, value ?? id, `${text} · for ${allowedMemberTypes.map((type) => (type === "User" ? "users and groups" : "applications")).join(", ")}`))}</ul>
<form method="post">${formToken(visit)}
${role.input({ id: "role", name: "value", label: "App role, such as Orders.Read.All", attributes: "required" })}
${role.input({ id: "roleName", name: "displayName", label: "Description on the consent page", attributes: "required" })}
${role.select({ id: "members", name: "members", label: "Who can be assigned this role", options: members })}
<div class="actions"><button class="primary" type="submit" name="action" value="add-role">Add app role</button></div></form>`;
    return portalFrame(visit, {
      title: `${displayName}: expose an API`,
      body,
      tabs: applicationTabs(application, "api"),
    });
  },
  actions: { save, "add-scope": addScope, "remove-scope": removeScope, "add-role": addRole, "remove-role": removeRole },
});

function exposedRow(visit: ApplicationVisit, kind: "scope" | "role", id: string, value: string, text: string): Markup {
  return html`<li><div><strong>${value}</strong><br><span class="soft">${text}</span></div>
${buttonForm(visit, `remove-${kind}`, html`Remove <span class="soft">${value}</span>`, { id })}</li>`;
}

function save({ application, context, tenant }: ApplicationVisit, form: FormData): Outcome {
  const identifierUris = [...new Set(linesField(form, "uris"))];
  const invalidUri = findUriProblem(context.directory, tenant, identifierUris, application);
  if (invalidUri !== undefined) {
    return problem(uriProblems[invalidUri.kind](invalidUri.uri), "uris");
  }
  const requestedAccessTokenVersion = textField(form, "version") === "2" ? 2 : null;
  updateApplication(context.directory, application.id, {
    identifierUris,
    api: { ...application.api, requestedAccessTokenVersion },
  });
  return done(application, "changed the API settings of");
}

function addScope({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const { api } = application;
  const [value, displayName] = [textField(form, "value"), textField(form, "displayName")];
  const refusal = valueProblem(application, value);
  if (refusal !== undefined) {
    return refusal;
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
    return problem("The scope no longer exists.");
  }
  updateApplication(context.directory, application.id, { api: { ...api, oauth2PermissionScopes } });
  return done(application, "removed a scope from");
}

function addRole({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const [value, displayName] = [textField(form, "value"), textField(form, "displayName")];
  const refusal = valueProblem(application, value);
  if (refusal !== undefined) {
    return refusal;
  }
  const selected = textField(form, "members").split(" ");
  const allowedMemberTypes = (["Application", "User"] as const).filter((type) => selected.includes(type));
  if (allowedMemberTypes.length === 0) {
    return problem("Choose who can be assigned the app role.", "members");
  }
  const role = newAppRole(context.directory, { value, displayName: displayName || undefined, allowedMemberTypes });
  updateApplication(context.directory, application.id, { appRoles: [...application.appRoles, role] });
  return done(application, `added the app role ${value} to`);
}

function removeRole({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const appRoles = application.appRoles.filter(({ id }) => id !== textField(form, "id"));
  if (appRoles.length === application.appRoles.length) {
    return problem("The app role no longer exists.");
  }
  updateApplication(context.directory, application.id, { appRoles });
  return done(application, "removed an app role from");
}

/** A scope and a role must not share a value: both appear in tokens, and an API could not tell them apart. */
function valueProblem({ api, appRoles }: ApplicationVisit["application"], value: string): Outcome | undefined {
  if (!/^[\w!#$%&'()*+,\-.:;<=>?@[\]^`{|}~/]{1,120}$/.test(value) || value.startsWith(".")) {
    return problem(
      `The value ${value || "(empty)"} must have 1 to 120 characters and no spaces, and must not begin with a dot.`,
      "value",
    );
  }
  return [...api.oauth2PermissionScopes, ...appRoles].some((offered) => offered.value === value)
    ? problem(`The application already has a scope or app role ${value}.`, "value")
    : undefined;
}

function done({ displayName, appId }: ApplicationVisit["application"], what: string): Outcome {
  return { kind: "done", why: `${what} ${displayName}`, clientId: appId };
}
