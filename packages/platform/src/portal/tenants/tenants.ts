import { html } from "hono/html";
import { countApplications } from "../../directory/applications/applications.ts";
import { addTenant } from "../../directory/tenants/tenantChanges.ts";
import { listTenants } from "../../directory/tenants/tenants.ts";
import { countUsers } from "../../directory/users/users.ts";
import { formFields } from "../frame/fields.ts";
import { tenantPath } from "../frame/objectPaths.ts";
import { formToken, portalFrame } from "../frame/portalFrame.ts";
import { type PortalPage, textField } from "../frame/portalPage.ts";
import { switchForm } from "./switchForm.ts";
import { displayNameField, domainField } from "./tenantFields.ts";

/** Lists the tenants of the platform, and creates new ones. */
export const tenants: PortalPage = {
  path: "/tenants",
  show(visit) {
    const { directory } = visit.context;
    const fields = formFields(visit, "create");
    const body = html`<p>Each tenant has its own users, applications and administrators.</p>
<ul class="rows">${listTenants(directory).map(
      (tenant) => html`<li><div><a href="${tenantPath(tenant.id)}">${tenant.displayName}</a>
${tenant.id === visit.tenant.id ? html`<span class="badge good">signed in</span>` : ""}<br>
<span class="soft">Tenant id <code>${tenant.id}</code><br>
${tenant.domains.map(({ name }) => name).join(", ")}<br>
${pluralize(countUsers(directory, tenant.id), "user")}, ${pluralize(countApplications(directory, tenant.id), "application")}</span></div>
${switchForm(visit, tenant)}</li>`,
    )}</ul>
<h2>New tenant</h2>
<form method="post">${formToken(visit)}
${displayNameField(fields)}
${domainField(fields, "Initial domain, such as fabrikam.onmicrosoft.com")}
<div class="actions"><button class="primary" type="submit" name="action" value="create">Create tenant</button></div>
</form>`;
    return portalFrame(visit, { title: "Tenants", body });
  },
  actions: {
    create({ context, signedIn }, form) {
      const added = addTenant(context.directory, {
        displayName: textField(form, "displayName"),
        domain: textField(form, "domain"),
      });
      if (added.kind === "problem") {
        return added;
      }
      const { id, displayName } = added.tenant;
      context.newSecrets.add(signedIn.session, id, added.password);
      return { kind: "done", why: `created the tenant ${displayName} (${id})`, to: tenantPath(id) };
    },
  },
};

function pluralize(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
