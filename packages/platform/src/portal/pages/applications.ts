import { html } from "hono/html";
import { listApplications } from "../../directory/applications.ts";
import { registerApplication } from "../../directory/registration.ts";
import { applicationPath } from "../applicationPage.ts";
import { nextPageLink, pageRequest } from "../listPaging.ts";
import { formToken, portalFrame } from "../portalFrame.ts";
import { attempt, type PortalPage, problem, textField } from "../portalPage.ts";

const audiences = [
  ["AzureADMyOrg", "This tenant only"],
  ["AzureADMultipleOrgs", "Every tenant"],
] as const;

/** Lists the registrations of the tenant, and makes new ones. */
export const applications: PortalPage = {
  path: "/applications",
  show(visit) {
    const found = listApplications(visit.context.directory, visit.tenant.id, pageRequest(visit));
    const body = html`<p>A registration gives a program its client id, its credentials and its permissions.</p>
${found.items.length === 0 ? html`<p>None is registered yet.</p>` : ""}
<ul class="rows">${found.items.map(
      (application) => html`<li><div><a href="${applicationPath(application.appId)}">${application.displayName}</a><br>
<span class="soft">Client id <code>${application.appId}</code></span></div></li>`,
    )}</ul>
${nextPageLink(visit, found)}
<h2>New registration</h2>
<form method="post">${formToken(visit)}
<label for="name">Name</label>
<input id="name" name="name" required maxlength="120" autocomplete="off">
<fieldset><legend>Who may use it</legend>${audiences.map(
      (
        [value, label],
        index,
      ) => html`<div class="check"><input type="radio" id="${value}" name="audience" value="${value}"${index === 0 ? " checked" : ""}>
<label for="${value}">${label}</label></div>`,
    )}</fieldset>
<label for="redirect">Redirect URI of the web platform (not for daemons)</label>
<input id="redirect" name="redirect" type="url" autocomplete="off">
<div class="actions"><button class="primary" type="submit" name="action" value="register">Register</button></div>
</form>`;
    return portalFrame(visit, { title: "Applications", body });
  },
  actions: {
    register({ context, tenant }, form) {
      const [displayName, redirect] = [textField(form, "name"), textField(form, "redirect")];
      const audience = audiences.find(([value]) => value === textField(form, "audience"));
      if (displayName === "" || displayName.length > 120) {
        return problem("Name is required and at most 120 characters long.");
      }
      if (audience === undefined) {
        return problem("Choose who may use it.");
      }
      const registered = attempt(() =>
        registerApplication(context.directory, tenant.id, {
          displayName,
          signInAudience: audience[0],
          redirectUris: redirect === "" ? [] : [redirect],
        }),
      );
      if ("problem" in registered) {
        return registered.problem;
      }
      const { appId } = registered.result;
      return { kind: "done", why: `registered ${displayName}`, clientId: appId, to: applicationPath(appId) };
    },
  },
};
