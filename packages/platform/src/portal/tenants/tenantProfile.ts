import { html } from "hono/html";
import { addTenantDomain, renameTenant } from "../../directory/tenants/tenantChanges.ts";
import { getTenant, type Tenant, type TenantDomain } from "../../directory/tenants/tenants.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { formFields } from "../frame/fields.ts";
import { newPasswordSection } from "../frame/newSecretSection.ts";
import { objectPage } from "../frame/objectPage.ts";
import { tenantPath } from "../frame/objectPaths.ts";
import { formToken, portalFrame } from "../frame/portalFrame.ts";
import { type Outcome, type PortalPage, type PortalVisit, problem, textField } from "../frame/portalPage.ts";
import { administratorsOf, switchForm } from "./switchForm.ts";
import { displayNameField, domainField } from "./tenantFields.ts";

interface TenantVisit extends PortalVisit {
  /** The tenant that the page shows: the visitor's or another one. */
  readonly shownTenant: Tenant;
}

/** One tenant. Everyone sees its ids and domains; only its own administrators can change it. */
export const tenantProfile: PortalPage = objectPage<TenantVisit>({
  path: tenantPath("{tenantId}"),
  noun: "tenant",
  owner: "The platform",
  list: "/portal/tenants",
  load(visit) {
    const shownTenant = getTenant(visit.context.directory, visit.parameters["tenantId"] ?? "");
    return shownTenant === undefined ? undefined : { ...visit, shownTenant };
  },
  show,
  actions: {
    save(visit, form) {
      const { context, shownTenant } = visit;
      const displayName = textField(form, "displayName");
      return (
        refuseOtherTenant(visit) ??
        renameTenant(context.directory, shownTenant.id, displayName) ?? {
          kind: "done",
          why: `renamed the tenant ${shownTenant.displayName} to ${displayName}`,
        }
      );
    },
    "add-domain"(visit, form) {
      const { context, shownTenant } = visit;
      const domain = textField(form, "domain");
      return (
        refuseOtherTenant(visit) ??
        addTenantDomain(context.directory, shownTenant.id, domain) ?? {
          kind: "done",
          why: `added the domain ${domain} to the tenant ${shownTenant.displayName}`,
        }
      );
    },
  },
});

function show(visit: TenantVisit): Promise<PlainResponse> {
  const { context, shownTenant } = visit;
  const administrators = administratorsOf(context.directory, shownTenant).map(
    ({ userPrincipalName }) => userPrincipalName,
  );
  const body = html`${newPasswordSection(visit, shownTenant.id)}
<dl>
<dt>Directory (tenant) id</dt><dd><code>${shownTenant.id}</code></dd>
<dt>Authority</dt><dd><code>${context.url}/${shownTenant.id}</code></dd>
<dt>Domains</dt><dd>${shownTenant.domains.map(domainLine)}</dd>
<dt>Administrators who can sign in</dt><dd>${administrators.join(", ") || "none"}</dd>
</dl>
${shownTenant.id === visit.tenant.id ? changeForms(visit) : otherTenantNote(visit, administrators)}`;
  return portalFrame(visit, { title: shownTenant.displayName, body });
}

function domainLine({ name, isInitial, isDefault }: TenantDomain): Markup {
  return html`<code>${name}</code>${isInitial ? html` <span class="badge">initial</span>` : ""}${isDefault ? html` <span class="badge">default</span>` : ""}<br>`;
}

function changeForms(visit: TenantVisit): Markup {
  return html`<form method="post">${formToken(visit)}
${displayNameField(formFields(visit, "save"), visit.shownTenant.displayName)}
<div class="actions"><button class="primary" type="submit" name="action" value="save">Save name</button></div>
</form>
<h2>New domain</h2>
<p>It is verified immediately: user names and identifier URIs can use it.</p>
<form method="post">${formToken(visit)}
${domainField(formFields(visit, "add-domain"), "Domain, such as shop.example")}
<div class="actions"><button class="primary" type="submit" name="action" value="add-domain">Add domain</button></div>
</form>`;
}

function otherTenantNote(visit: TenantVisit, [first]: readonly string[]): Markup {
  return first === undefined
    ? html`<p>None of its Global Administrators can sign in, so its portal cannot be opened.</p>`
    : html`<p>Only its own administrators can change it. Switching signs you out and asks for the password of <code>${first}</code>.
The password was shown once when the tenant was created, or printed by the command that started the platform.</p>
${switchForm(visit, visit.shownTenant)}`;
}

function refuseOtherTenant({ shownTenant, tenant }: TenantVisit): Outcome | undefined {
  return shownTenant.id === tenant.id
    ? undefined
    : problem(`${shownTenant.displayName} can only be changed by its own administrators. Switch to it first.`);
}
