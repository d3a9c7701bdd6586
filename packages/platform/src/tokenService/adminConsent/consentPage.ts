import { html } from "hono/html";
import type { RequestedPermissions } from "../../directory/permissionGrants/consent.ts";
import { getTenant, initialDomain, type Tenant } from "../../directory/tenants/tenants.ts";
import { microsoftServicesTenantId } from "../../directory/wellKnown.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { type Markup, policySource, renderPage } from "../../signIn/page/page.ts";
import type { TokenServiceContext } from "../context.ts";
import type { ConsentRequest } from "./consentRequest.ts";

export interface ConsentPage {
  readonly request: ConsentRequest;
  readonly tenant: Tenant;
  readonly permissions: readonly RequestedPermissions[];
  readonly signedIn: SignedIn;
  /** Path and query of the page. */
  readonly target: string;
}

export function consentPage(context: TokenServiceContext, page: ConsentPage): Promise<PlainResponse> {
  const { request, tenant, permissions, signedIn, target } = page;
  const { application, redirect } = request;
  const body = html`<h1>Allow “${application.displayName}” in ${tenant.displayName}?</h1>
<dl>
<dt>Application</dt><dd>${application.displayName}</dd>
<dt>Client id</dt><dd><code>${application.appId}</code></dd>
<dt>Published by</dt><dd>${publisher(context, page)}</dd>
<dt>Tenant</dt><dd>${tenant.displayName} <code>${tenant.id}</code></dd>
<dt>Signed in as</dt><dd>${signedIn.user.displayName} <code>${signedIn.user.userPrincipalName}</code></dd>
<dt>Afterwards</dt><dd>${redirect === undefined ? "this page shows the result" : html`back to <code>${redirect.host || redirect.protocol}</code>`}</dd>
</dl>
${permissions.length === 0 ? html`<p>It requests no permissions: accepting only adds it to the tenant.</p>` : permissions.map(resourcePermissions)}
<p>Accepting grants these permissions for everyone in ${tenant.displayName}. Tokens issued earlier keep the
permissions they had; the application needs a new token to use new ones.</p>
<form method="post" action="${target}">
<input type="hidden" name="token" value="${signedIn.session.formToken}">
<div class="actions">
<button class="primary" type="submit" name="action" value="accept">Accept</button>
<button type="submit" name="action" value="decline">Cancel</button>
</div>
</form>
${signOutForm(signedIn, target)}`;
  return renderPage(context, { title: "Consent", body, formTargets: formTargets(redirect) });
}

/** The result, if the request has no redirect URI. */
export function resultPage(context: TokenServiceContext, title: string, text: string): Promise<PlainResponse> {
  return renderPage(context, { title, body: html`<h1>${title}</h1><p>${text}</p><p>You can close this page.</p>` });
}

export function signOutForm({ session }: SignedIn, target: string): Markup {
  return html`<form method="post" action="${target}">
<input type="hidden" name="token" value="${session.formToken}">
<p><button class="link" type="submit" name="action" value="sign-out">Sign in with another account</button></p>
</form>`;
}

function publisher(context: TokenServiceContext, { request, tenant }: ConsentPage): string {
  const { tenantId } = request.application;
  if (tenantId === tenant.id) {
    return `${tenant.displayName} (this tenant, ${initialDomain(tenant)})`;
  }
  if (tenantId === microsoftServicesTenantId) {
    return "Microsoft Services (seeded)";
  }
  const owner = getTenant(context.directory, tenantId);
  return owner === undefined ? `tenant ${tenantId}` : `${owner.displayName} (${initialDomain(owner)})`;
}

function resourcePermissions({ resource, appRoles, scopes }: RequestedPermissions): Markup {
  const asApplication = appRoles.map((role) =>
    permission(role.displayName, role.description, role.value ?? role.id, "Application: without a signed-in user"),
  );
  const asUser = scopes.map((scope) =>
    permission(
      scope.adminConsentDisplayName,
      scope.adminConsentDescription,
      scope.value,
      "Delegated: on behalf of every user",
    ),
  );
  return html`<h2>${resource.displayName}</h2>
<ul class="permissions">${[...asApplication, ...asUser]}</ul>`;
}

function permission(name: string, description: string, value: string, kind: string): Markup {
  return html`<li><strong>${name}</strong> <code>${value}</code><br>${description}<br><span class="kind">${kind}</span></li>`;
}

function formTargets(redirect: URL | undefined): readonly string[] {
  if (redirect === undefined) {
    return [];
  }
  return [policySource(redirect)];
}
