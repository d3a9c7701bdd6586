import { html } from "hono/html";
import { findApplicationByAppId } from "../../directory/applications.ts";
import { declaredPermissions, grantAdminConsent } from "../../directory/consent.ts";
import { addPassword } from "../../directory/passwordCredentials.ts";
import { registerApplication } from "../../directory/registration.ts";
import { applicationPath } from "../applicationPage.ts";
import { daemonParameters } from "../daemonParameters.ts";
import type { Markup } from "../page.ts";
import { formToken, portalFrame } from "../portalFrame.ts";
import { type Outcome, type PortalPage, type PortalVisit, problem, textField } from "../portalPage.ts";
import type { Quickstart, Sample } from "../quickstarts/quickstart.ts";
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
      const body = html`<p>${text}</p>
<h2>Make these changes for me</h2>
<form method="post">${formToken(visit)}
<label for="name">Name of the registration</label>
<input id="name" name="name" required maxlength="120" autocomplete="off" value="${title} quick start">
<div class="check"><input type="checkbox" id="consent" name="consent" value="yes" checked>
<label for="consent">Grant admin consent too. Without it the first answer is a refusal, as in a new tenant.</label></div>
<div class="actions"><button class="primary" type="submit" name="action" value="create">Register${hasSecret ? " and add a client secret" : ""}</button></div></form>`;
      return portalFrame(visit, { title, body });
    },
    actions: { create: (visit, form) => create(visit, quickstart, form) },
  };
}

function create(visit: PortalVisit, quickstart: Quickstart, form: FormData): Outcome {
  const { context, tenant } = visit;
  const { directory } = context;
  const displayName = textField(form, "name");
  if (displayName === "" || displayName.length > 120) {
    return problem("Name is required and at most 120 characters long.");
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
  return { kind: "page", response: showCode(visit, quickstart, appId, secret), why, clientId: appId };
}

/** The one answer that has the secret. */
function showCode(
  visit: PortalVisit,
  { title, samples }: Quickstart,
  appId: string,
  secret: string | undefined,
): Promise<Response> {
  const { url } = visit.context;
  const facts = { url, authority: `${url}/${visit.tenant.id}`, clientId: appId };
  const body = html`<p>Registered as <a href="${applicationPath(appId)}"><code>${appId}</code></a>.</p>
${secret === undefined ? "" : shownOnce(secret, daemonParameters(visit, appId, secret))}
<p>Programs must trust this platform: save <a href="/portal/latchkey-ca.pem" download>latchkey-ca.pem</a> next to the code.</p>
${samples(facts).map(sampleSection)}`;
  return portalFrame(visit, { title: `${title}: ready to run`, body, script: secret && saveScript });
}

function sampleSection({ client, file, install, run, code }: Sample): Markup {
  return html`<h2>${client}</h2>
<p>Save as <code>${file}</code>${install === undefined ? "" : html`, <code>${install}</code>`}, then <code>${run}</code></p>
<pre data-file="${file}">${code}</pre>`;
}
