import { html } from "hono/html";
import { refusalOf } from "../../aadsts/aadsts.ts";
import { suggestClosest } from "../../core/suggestClosest.ts";
import { updateApplication } from "../../directory/applications/applicationChanges.ts";
import type { RequiredResourceAccess } from "../../directory/applications/applicationProperties.ts";
import { declaredPermissions, grantAdminConsent } from "../../directory/permissionGrants/consent.ts";
import {
  findServicePrincipalByAppId,
  listServicePrincipals,
  type ServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { microsoftGraphAppId } from "../../directory/wellKnown.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { checkDeliveredApis } from "../../tokenService/consent/consentChecks.ts";
import {
  type ApplicationVisit,
  applicationPage,
  applicationPath,
  applicationTabs,
} from "../applications/applicationPage.ts";
import { buttonForm, formToken, portalFrame } from "../frame/portalFrame.ts";
import { type Outcome, type PortalPage, problem, textField, textFields } from "../frame/portalPage.ts";
import { type DeclaredPermission, listDeclared } from "./declaredPermission.ts";

/** How many permissions of one kind the page shows. */
const shownPermissions = 50;

/** The permissions an application declares, which of them are granted, and the button to grant admin consent. */
export const permissions: PortalPage = applicationPage({
  segment: "permissions",
  show(visit) {
    const { application, tenant } = visit;
    const declared = listDeclared(visit.context.directory, tenant.id, application);
    const missing = declared.filter(({ isGranted }) => !isGranted).length;
    const body = html`${declared.length === 0 ? html`<p>No permissions are declared yet.</p>` : ""}
<ul class="rows">${declared.map((permission) => permissionRow(visit, permission))}</ul>
${
  declared.length === 0
    ? ""
    : html`<p>${missing === 0 ? "All permissions are granted. Tokens issued before that do not change." : `Consent is missing for ${missing} of ${declared.length} permissions.`}</p>
<form method="post">${formToken(visit)}<div class="actions"><button class="primary" type="submit" name="action" value="grant">Grant admin consent for ${tenant.displayName}</button></div></form>`
}
<h2>Add permissions</h2>
${apiChoice(visit)}`;
    return portalFrame(visit, {
      title: `${application.displayName}: API permissions`,
      body,
      tabs: applicationTabs(application, "permissions"),
    });
  },
  actions: { add, remove, grant: grantDeclared },
});

/** Grants admin consent to everything that the registration declares, as the signed-in administrator. */
export function grantDeclared({ application, context, tenant }: ApplicationVisit): Outcome {
  try {
    checkDeliveredApis(context, { tenant, application });
  } catch (error) {
    return problem(`${refusalOf(error).why}.`);
  }
  const declared = declaredPermissions(context.directory, tenant.id, application);
  if (declared.length === 0) {
    return problem("The registration declares no permissions. Add some first.");
  }
  grantAdminConsent(context.directory, tenant.id, application, declared);
  const why = `granted admin consent to ${application.displayName} for ${tenant.displayName}; the application needs a new token`;
  return { kind: "done", why, clientId: application.appId };
}

function permissionRow(visit: ApplicationVisit, permission: DeclaredPermission): Markup {
  const { name, apiName, type, isGranted, id, resourceAppId } = permission;
  return html`<li><div><strong>${name}</strong>
${isGranted ? html`<span class="badge good">granted</span>` : html`<span class="badge bad">not granted</span>`}<br>
<span class="soft">${apiName} · ${type === "Role" ? "application permission: no signed-in user" : "delegated permission: on behalf of a user"}</span></div>
${buttonForm(visit, "remove", html`Remove <span class="soft">${name}</span>`, { permission: `${type} ${id}`, api: resourceAppId })}</li>`;
}

function apiChoice(visit: ApplicationVisit): Markup {
  const { context, tenant, exchange, application } = visit;
  const selectedApi = findServicePrincipalByAppId(
    context.directory,
    tenant.id,
    exchange.url.searchParams.get("api") ?? "",
  );
  const apis = listServicePrincipals(context.directory, tenant.id, { limit: 200, orderBy: "displayName" }).items.filter(
    ({ appRoles, oauth2PermissionScopes }) => appRoles.length + oauth2PermissionScopes.length > 0,
  );
  return html`<form method="get" action="${applicationPath(application.appId, "permissions")}">
<label for="api">API</label>
<select id="api" name="api">${apis.map(
    ({ appId, displayName }) =>
      html`<option value="${appId}"${appId === (selectedApi?.appId ?? microsoftGraphAppId) ? " selected" : ""}>${displayName}</option>`,
  )}</select>
<label for="search">Permission contains</label>
<input id="search" name="search" type="search" value="${exchange.url.searchParams.get("search") ?? ""}" placeholder="Mail.Read" autocomplete="off">
<div class="actions"><button type="submit">Show permissions</button></div></form>
${selectedApi === undefined ? "" : permissionChoices(visit, selectedApi)}`;
}

interface PermissionChoice {
  readonly type: "Role" | "Scope";
  readonly id: string;
  readonly value: string;
  readonly text: string;
}

/** The enabled permissions of an API whose value or text contains the search text. Those with a text come first. */
function search(api: ServicePrincipal, text: string): readonly PermissionChoice[] {
  const roles = api.appRoles
    .filter(({ isEnabled, allowedMemberTypes }) => isEnabled && allowedMemberTypes.includes("Application"))
    .map(({ id, value, displayName }) => ({ type: "Role" as const, id, value: value ?? id, text: displayName }));
  const scopes = api.oauth2PermissionScopes
    .filter(({ isEnabled }) => isEnabled)
    .map(({ id, value, adminConsentDisplayName }) => ({
      type: "Scope" as const,
      id,
      value: value ?? id,
      text: adminConsentDisplayName,
    }));
  const hasNoText = (permission: PermissionChoice): number => Number(permission.text === permission.value);
  return [...roles, ...scopes]
    .filter(({ value, text: shown }) => `${value} ${shown}`.toLowerCase().includes(text.trim().toLowerCase()))
    .sort((a, b) => hasNoText(a) - hasNoText(b));
}

function permissionChoices(visit: ApplicationVisit, api: ServicePrincipal): Markup {
  const text = visit.exchange.url.searchParams.get("search") ?? "";
  const found = search(api, text);
  const declared = new Set(
    accessOf(visit.application.requiredResourceAccess, api.appId).map(({ id, type }) => `${type} ${id}`),
  );
  const box = ({ type, id, value, text: description }: PermissionChoice): Markup =>
    html`<div class="check"><input type="checkbox" id="${type}-${id}" name="permission" value="${type} ${id}">
<label for="${type}-${id}"><strong>${value}</strong>${declared.has(`${type} ${id}`) ? html` <span class="badge">declared</span>` : ""}${description === value ? "" : html`<br><span class="soft">${description}</span>`}</label></div>`;
  const group = (type: "Role" | "Scope", title: string): Markup => {
    const all = found.filter((permission) => permission.type === type);
    return all.length === 0
      ? html``
      : html`<fieldset><legend>${title} permissions of ${api.displayName}</legend>${all.slice(0, shownPermissions).map(box)}
${all.length > shownPermissions ? html`<p class="soft">${shownPermissions} of ${all.length} are shown. Search for part of a name to see others.</p>` : ""}</fieldset>`;
  };
  return found.length === 0
    ? html`<p>No permission of ${api.displayName} contains this text.${suggestClosest(text, [...new Set(search(api, "").map(({ value }) => value))])}</p>`
    : html`<form method="post">${formToken(visit)}<input type="hidden" name="api" value="${api.appId}">
${group("Role", "Application")}
${group("Scope", "Delegated")}
<div class="actions"><button class="primary" type="submit" name="action" value="add">Add permissions</button></div></form>`;
}

function add({ application, context, tenant }: ApplicationVisit, form: FormData): Outcome {
  const api = findServicePrincipalByAppId(context.directory, tenant.id, textField(form, "api"));
  if (api === undefined) {
    return problem("The tenant has no such API.");
  }
  const selected = textFields(form, "permission");
  const chosen = [
    ...api.appRoles.map(({ id }) => ({ id, type: "Role" as const })),
    ...api.oauth2PermissionScopes.map(({ id }) => ({ id, type: "Scope" as const })),
  ].filter(({ id, type }) => selected.includes(`${type} ${id}`));
  if (chosen.length === 0) {
    return problem("Choose at least one permission.");
  }
  const before = accessOf(application.requiredResourceAccess, api.appId);
  const added = chosen.filter(({ id, type }) => !before.some((access) => access.id === id && access.type === type));
  declare({ application, context }, api.appId, [...before, ...added]);
  return {
    kind: "done",
    why: `declared ${chosen.length === 1 ? "1 permission" : `${chosen.length} permissions`} of ${api.displayName} for ${application.displayName}`,
    clientId: application.appId,
    to: applicationPath(application.appId, "permissions"),
  };
}

function remove({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const [api, permission] = [textField(form, "api"), textField(form, "permission")];
  const before = accessOf(application.requiredResourceAccess, api);
  const after = before.filter(({ id, type }) => `${type} ${id}` !== permission);
  if (after.length === before.length) {
    return problem("The permission has already been removed.");
  }
  declare({ application, context }, api, after);
  return { kind: "done", why: `removed a permission from ${application.displayName}`, clientId: application.appId };
}

function accessOf(all: readonly RequiredResourceAccess[], appId: string): RequiredResourceAccess["resourceAccess"] {
  return all.filter(({ resourceAppId }) => resourceAppId === appId).flatMap(({ resourceAccess }) => resourceAccess);
}

function declare(
  { application, context }: Pick<ApplicationVisit, "application" | "context">,
  resourceAppId: string,
  resourceAccess: RequiredResourceAccess["resourceAccess"],
): void {
  const others = application.requiredResourceAccess.filter((access) => access.resourceAppId !== resourceAppId);
  updateApplication(context.directory, application.id, {
    requiredResourceAccess: resourceAccess.length === 0 ? others : [...others, { resourceAppId, resourceAccess }],
  });
}
