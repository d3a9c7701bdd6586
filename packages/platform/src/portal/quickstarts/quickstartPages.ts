import { html } from "hono/html";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { registerApplication } from "../../directory/applications/registration.ts";
import { addPassword } from "../../directory/credentials/passwordCredentials.ts";
import type { Directory } from "../../directory/directory.ts";
import { declaredPermissions, grantAdminConsent } from "../../directory/permissionGrants/consent.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { applicationPath, findOwnApplication } from "../applications/applicationPage.ts";
import { formFields } from "../frame/fields.ts";
import { newSecretSection, saveScript } from "../frame/newSecretSection.ts";
import { buttonForm, formToken, portalFrame } from "../frame/portalFrame.ts";
import { type Outcome, type PortalPage, type PortalVisit, problem, textField } from "../frame/portalPage.ts";
import { type ClientKey, clients, type Quickstart, type Samples } from "../quickstarts/quickstart.ts";
import { quickstarts } from "./quickstarts.ts";

/** The list of quick starts. */
const list: PortalPage = {
  path: "/quickstarts",
  show(visit) {
    const body = html`<p>Each quick start registers an application and shows code that runs against this platform.</p>
<ul class="rows">${quickstarts.map(({ segment, title, text }) => html`<li><div><a href="/portal/quickstarts/${segment}">${title}</a><br><span class="soft">${text}</span></div></li>`)}</ul>`;
    return portalFrame(visit, { title: "Quick starts", body });
  },
};

export const quickstartPages: readonly PortalPage[] = [list, ...quickstarts.map(quickstartPage)];

function quickstartPage(quickstart: Quickstart): PortalPage {
  const { segment, title, text, redirectUri, parameters } = quickstart;
  return {
    path: `/quickstarts/${segment}`,
    show(visit) {
      const application = findRegistered(visit);
      if (application !== undefined) {
        return showCode(visit, quickstart, application);
      }
      const fields = formFields(visit, "create");
      const body = html`<p>${text}</p>
<h2>Make these changes for me</h2>
<form method="post">${formToken(visit)}
${fields.input({ name: "name", label: "Name", value: `${title} quick start`, attributes: 'required maxlength="120"' })}
${redirectUri === undefined ? "" : fields.input({ name: "redirect", label: "Redirect URI, where the code listens", value: redirectUri, attributes: "required" })}
${fields.check({ name: "consent", label: "Grant admin consent as well. Without it, the first request is refused or users are asked for consent, as in a new tenant.", isChecked: true })}
<div class="actions"><button class="primary" type="submit" name="action" value="create">Register${parameters ? " and add a client secret" : ""}</button></div></form>`;
      return portalFrame(visit, { title, body });
    },
    actions: {
      create: (visit, form) => create(visit, quickstart, form),
      ...(parameters && { "add-secret": addSecret }),
    },
  };
}

function create(visit: PortalVisit, quickstart: Quickstart, form: FormData): Outcome {
  const { context, tenant, signedIn } = visit;
  const { directory, newSecrets } = context;
  const displayName = textField(form, "name");
  if (displayName === "" || displayName.length > 120) {
    return problem("Enter a name of at most 120 characters.", "name");
  }
  const redirectUris = quickstart.redirectUri === undefined ? [] : [textField(form, "redirect")];
  const invalidUri = redirectUris.find((uri) => !isLocalAddress(uri));
  if (invalidUri !== undefined) {
    const text = `The redirect URI ${invalidUri || "(empty)"} must be http://localhost with a port and a path, such as ${quickstart.redirectUri}.`;
    return problem(text, "redirect");
  }
  const { appId, secret } = directory.database.transaction(() => {
    const registered = registerApplication(directory, tenant.id, {
      ...quickstart.registration,
      displayName,
      redirectUris,
    });
    const application = findApplicationByAppId(directory, registered.appId);
    if (application !== undefined) {
      quickstart.complete?.(directory, application);
    }
    if (application !== undefined && form.has("consent")) {
      grantAdminConsent(directory, tenant.id, application, declaredPermissions(directory, tenant.id, application));
    }
    const secret = quickstart.parameters && newSecret(directory, registered.id);
    return { appId: registered.appId, secret };
  });
  const why = `registered ${displayName} with the quick start ${quickstart.title}`;
  if (secret !== undefined) {
    newSecrets.add(signedIn.session, appId, secret);
  }
  const to = `/portal/quickstarts/${quickstart.segment}?application=${appId}`;
  return { kind: "done", why, clientId: appId, to };
}

/** An address where the code can listen, with a path and without characters that need escaping in shells and URLs. */
function isLocalAddress(uri: string): boolean {
  return /^http:\/\/localhost:\d{1,5}\/[\w./-]+$/.test(uri) && URL.canParse(uri);
}

function addSecret(visit: PortalVisit): Outcome {
  const { context, signedIn } = visit;
  const application = findRegistered(visit);
  if (application === undefined) {
    return problem("The application no longer exists.");
  }
  const { id, appId, displayName } = application;
  context.newSecrets.add(signedIn.session, appId, newSecret(context.directory, id));
  return { kind: "done", why: `added a client secret to ${displayName}`, clientId: appId };
}

function newSecret(directory: Directory, applicationId: string): string {
  return addPassword(directory, applicationId, { displayName: "Quick start" }).secretText;
}

/** The registration in the query string, for which code is shown. */
function findRegistered(visit: PortalVisit): Application | undefined {
  return findOwnApplication(visit, visit.exchange.url.searchParams.get("application") ?? "");
}

function showCode(visit: PortalVisit, quickstart: Quickstart, application: Application): Promise<PlainResponse> {
  const { title, parameters } = quickstart;
  const { url } = visit.context;
  const { appId } = application;
  const facts = { url, authority: `${url}/${visit.tenant.id}`, application };
  const added = parameters && newSecretSection(visit, appId, parameters(facts), html`the code`);
  const body = html`<p>Registered as ${applicationLink(appId)}${application.api.knownClientApplications.map((client) => html`, and its client as ${applicationLink(client)}`)}.</p>
${added ?? (parameters ? html`<p>The secret was shown only once. Add another one to get a new parameters.json.</p>${buttonForm(visit, "add-secret", "Add client secret")}` : "")}
<p>Programs have to trust this platform. Save <a href="/portal/latchkey-ca.pem" download>latchkey-ca.pem</a> in the same folder as the code.</p>
${sampleSections(quickstart, quickstart.samples(facts))}`;
  return portalFrame(visit, { title: `${title}: ready to run`, body, script: added && saveScript });
}

function applicationLink(appId: string): Markup {
  return html`<a href="${applicationPath(appId)}"><code>${appId}</code></a>`;
}

function sampleSections({ segment, packages }: Quickstart, samples: Samples): readonly Markup[] {
  return (Object.keys(clients) as ClientKey[]).map((client) => {
    const { name, fileEnding, install, run } = clients[client];
    const file = `${segment}${fileEnding}`;
    const command = [install, packages?.[client]].filter((part) => part !== undefined).join(" ");
    return html`<h2>${name}</h2>
<p>Save as <code>${file}</code>${command === "" ? "" : html`, <code>${command}</code>`}, then <code>${run} ${file}</code></p>
<pre data-file="${file}">${samples[client]}</pre>`;
  });
}
