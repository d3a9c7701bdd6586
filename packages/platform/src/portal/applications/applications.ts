import { html } from "hono/html";
import { listApplications } from "../../directory/applications/applications.ts";
import { registerApplication } from "../../directory/applications/registration.ts";
import { formFields } from "../frame/fields.ts";
import { nextPageLink, pageRequest } from "../frame/listPaging.ts";
import { formToken, portalFrame } from "../frame/portalFrame.ts";
import { attempt, type PortalPage, problem, textField } from "../frame/portalPage.ts";
import { applicationPath } from "./applicationPage.ts";

const audiences = [
  ["AzureADMyOrg", "This tenant only"],
  ["AzureADMultipleOrgs", "Any tenant"],
] as const;

/** Lists the tenant's app registrations and registers new ones. */
export const applications: PortalPage = {
  path: "/applications",
  show(visit) {
    const found = listApplications(visit.context.directory, visit.tenant.id, pageRequest(visit));
    const fields = formFields(visit, "register");
    const body = html`<p>Register a program to give it a client id, credentials and permissions.</p>
${found.items.length === 0 ? html`<p>There are no registrations yet.</p>` : ""}
<ul class="rows">${found.items.map(
      (application) => html`<li><div><a href="${applicationPath(application.appId)}">${application.displayName}</a><br>
<span class="soft">Client id <code>${application.appId}</code></span></div></li>`,
    )}</ul>
${nextPageLink(visit, found)}
<h2>New registration</h2>
<form method="post">${formToken(visit)}
${fields.input({ name: "name", label: "Name", attributes: 'required maxlength="120"' })}
${fields.radios({ name: "audience", label: "Who may use it", options: audiences, value: audiences[0][0] })}
${fields.input({ name: "redirect", label: "Web redirect URI (leave empty for daemons)", attributes: 'type="url"' })}
<div class="actions"><button class="primary" type="submit" name="action" value="register">Register</button></div>
</form>`;
    return portalFrame(visit, { title: "Applications", body });
  },
  actions: {
    register({ context, tenant }, form) {
      const [displayName, redirect] = [textField(form, "name"), textField(form, "redirect")];
      const audience = audiences.find(([value]) => value === textField(form, "audience"));
      if (displayName === "" || displayName.length > 120) {
        return problem("Enter a name of at most 120 characters.", "name");
      }
      if (audience === undefined) {
        return problem("Choose who may use the application.", "audience");
      }
      const registered = attempt(
        () =>
          registerApplication(context.directory, tenant.id, {
            displayName,
            signInAudience: audience[0],
            redirectUris: redirect === "" ? [] : [redirect],
          }),
        "redirect",
      );
      if ("problem" in registered) {
        return registered.problem;
      }
      const { appId } = registered.result;
      return { kind: "done", why: `registered ${displayName}`, clientId: appId, to: applicationPath(appId) };
    },
  },
};
