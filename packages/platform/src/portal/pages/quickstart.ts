import { html } from "hono/html";
import { findApplicationByAppId } from "../../directory/applications.ts";
import { declaredPermissions, grantAdminConsent } from "../../directory/consent.ts";
import { addPassword } from "../../directory/passwordCredentials.ts";
import { registerApplication } from "../../directory/registration.ts";
import { applicationPath, findOwnApplication } from "../applicationPage.ts";
import { formFields } from "../fields.ts";
import type { Markup } from "../page.ts";
import { formToken, portalFrame } from "../portalFrame.ts";
import { type Outcome, type PortalPage, type PortalVisit, problem, textField } from "../portalPage.ts";
import { type ClientKey, clients, type Quickstart, type Samples } from "../quickstarts/quickstart.ts";
import { quickstarts } from "../quickstarts.ts";
import { saveScript, shownOnce } from "../shownOnce.ts";

/** The kinds of programs there are quick starts for. */
const list: PortalPage = {
  path: "/quickstarts",
  show(visit) {
    const body = html`<p>Each registers an application and shows code that runs against this platform.</p>
<ul class="rows">${quickstarts.map(({ segment, title, text }) => html`<li><div><a href="/portal/quickstarts/${segment}">${title}</a><br><span class="soft">${text}</span></div></li>`)}</ul>`;
    return portalFrame(visit, { title: "Quick starts", body });
  },
};

export const quickstartPages: readonly PortalPage[] = [list, ...quickstarts.map(quickstartPage)];

function quickstartPage(quickstart: Quickstart): PortalPage {
  const { segment, title, text, hasSecret } = quickstart;
  return {
    path: `/quickstarts/${segment}`,
    show(visit) {
      const made = findOwnApplication(visit, visit.exchange.url.searchParams.get("application") ?? "");
      if (made !== undefined) {
        return showCode(visit, quickstart, made.appId);
      }
      const fields = formFields(visit, "create");
      const body = html`<p>${text}</p>
<h2>Make these changes for me</h2>
<form method="post">${formToken(visit)}
${fields.input({ name: "name", label: "Name of the registration", value: `${title} quick start`, attributes: 'required maxlength="120"' })}
${fields.check({ name: "consent", label: "Grant admin consent too. Without it the first answer is a refusal, as in a new tenant.", isChecked: true })}
<div class="actions"><button class="primary" type="submit" name="action" value="create">Register${hasSecret ? " and add a client secret" : ""}</button></div></form>`;
      return portalFrame(visit, { title, body });
    },
    actions: { create: (visit, form) => create(visit, quickstart, form) },
  };
}

function create(visit: PortalVisit, quickstart: Quickstart, form: FormData): Outcome {
  const { context, tenant, signedIn } = visit;
  const { directory, newSecrets } = context;
  const displayName = textField(form, "name");
  if (displayName === "" || displayName.length > 120) {
    return problem("Name is required and at most 120 characters long.", "name");
  }
  const { appId, secret } = directory.database.transaction(() => {
    const registered = registerApplication(directory, tenant.id, { ...quickstart.registration, displayName });
    const application = findApplicationByAppId(directory, registered.appId);
    if (application !== undefined && form.has("consent")) {
      grantAdminConsent(directory, tenant.id, application, declaredPermissions(directory, tenant.id, application));
    }
    const options = { displayName: "Quick start" };
    const secret = quickstart.hasSecret ? addPassword(directory, registered.id, options).secretText : undefined;
    return { appId: registered.appId, secret };
  });
  const why = `registered ${displayName} by the quick start ${quickstart.title}`;
  if (secret !== undefined) {
    newSecrets.keep(signedIn.session, appId, secret);
  }
  const to = `/portal/quickstarts/${quickstart.segment}?application=${appId}`;
  return { kind: "done", why, clientId: appId, to };
}

function showCode(
  visit: PortalVisit,
  { segment, title, samples, hasSecret }: Quickstart,
  appId: string,
): Promise<Response> {
  const { url } = visit.context;
  const facts = { url, authority: `${url}/${visit.tenant.id}`, clientId: appId };
  const added = shownOnce(visit, appId);
  const body = html`<p>Registered as <a href="${applicationPath(appId)}"><code>${appId}</code></a>.</p>
${added ?? (hasSecret ? html`<p>The secret was shown once. <a href="${applicationPath(appId, "credentials")}">Add another</a> for a new parameters.json.</p>` : "")}
<p>Programs must trust this platform: save <a href="/portal/latchkey-ca.pem" download>latchkey-ca.pem</a> next to the code.</p>
${sampleSections(segment, samples(facts))}`;
  return portalFrame(visit, { title: `${title}: ready to run`, body, script: added && saveScript });
}

function sampleSections(segment: string, samples: Samples): readonly Markup[] {
  return (Object.keys(clients) as ClientKey[]).map((client) => {
    const { name, fileEnding, install, run } = clients[client];
    const file = `${segment}${fileEnding}`;
    return html`<h2>${name}</h2>
<p>Save as <code>${file}</code>${install === undefined ? "" : html`, <code>${install}</code>`}, then <code>${run} ${file}</code></p>
<pre data-file="${file}">${samples[client]}</pre>`;
  });
}
