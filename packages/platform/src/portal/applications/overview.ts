import { html } from "hono/html";
import { deleteApplication, updateApplication } from "../../directory/applications/applicationChanges.ts";
import {
  findServicePrincipalByAppId,
  updateServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { formFields } from "../frame/fields.ts";
import { buttonForm, formToken, portalFrame } from "../frame/portalFrame.ts";
import { type Outcome, type PortalPage, problem, textField } from "../frame/portalPage.ts";
import { type ApplicationVisit, applicationPage, applicationTabs } from "./applicationPage.ts";

/** Shows the ids of an application; renames, disables and deletes it. */
export const overview: PortalPage = applicationPage({
  segment: "",
  show(visit) {
    const { application, context, tenant } = visit;
    const servicePrincipal = findServicePrincipalByAppId(context.directory, tenant.id, application.appId);
    const isEnabled = servicePrincipal?.accountEnabled === true;
    const body = html`<dl>
<dt>Application (client) id</dt><dd><code>${application.appId}</code></dd>
<dt>Directory (tenant) id</dt><dd><code>${tenant.id}</code></dd>
<dt>Object id</dt><dd><code>${application.id}</code></dd>
<dt>Service principal</dt><dd>${servicePrincipal === undefined ? "none until consent is granted" : html`<code>${servicePrincipal.id}</code>`}</dd>
<dt>Authority</dt><dd><code>${context.url}/${tenant.id}</code></dd>
<dt>Who may use it</dt><dd>${application.signInAudience === "AzureADMyOrg" ? "This tenant only" : "Any tenant"}</dd>
<dt>Sign-in</dt><dd>${isEnabled ? html`<span class="badge good">allowed</span>` : html`<span class="badge bad">not allowed</span>`}</dd>
</dl>
<form method="post">${formToken(visit)}
${formFields(visit, "rename").input({ name: "name", label: "Name", value: application.displayName, attributes: 'required maxlength="120"' })}
<div class="actions"><button class="primary" type="submit" name="action" value="rename">Save name</button></div>
</form>
<h2>Sign-in and removal</h2>
<ul class="rows">
${servicePrincipal === undefined ? "" : html`<li><div>${isEnabled ? "The application can get tokens." : "The application cannot get tokens (AADSTS7000112)."}</div>${buttonForm(visit, isEnabled ? "disable" : "enable", isEnabled ? "Disable" : "Enable")}</li>`}
<li><div>Deleting the application also deletes its credentials, permissions and consent.</div>${buttonForm(visit, "delete", "Delete")}</li>
</ul>`;
    return portalFrame(visit, { title: application.displayName, body, tabs: applicationTabs(application, "") });
  },
  actions: {
    rename({ application, context }, form) {
      const displayName = textField(form, "name");
      if (displayName === "" || displayName.length > 120) {
        return problem("Enter a name of at most 120 characters.", "name");
      }
      updateApplication(context.directory, application.id, { displayName });
      return {
        kind: "done",
        why: `renamed ${application.displayName} to ${displayName}`,
        clientId: application.appId,
      };
    },
    enable: (visit) => setEnabled(visit, true),
    disable: (visit) => setEnabled(visit, false),
    delete({ application, context }) {
      deleteApplication(context.directory, application.id);
      const why = `deleted ${application.displayName}`;
      return { kind: "done", why, clientId: application.appId, to: "/portal/applications" };
    },
  },
});

function setEnabled({ application, context, tenant }: ApplicationVisit, accountEnabled: boolean): Outcome {
  const found = findServicePrincipalByAppId(context.directory, tenant.id, application.appId);
  if (found === undefined) {
    return problem(`${application.displayName} has no service principal in this tenant. Grant consent first.`);
  }
  updateServicePrincipal(context.directory, found.id, { accountEnabled });
  const why = `${accountEnabled ? "enabled" : "disabled"} ${application.displayName}`;
  return { kind: "done", why, clientId: application.appId };
}
