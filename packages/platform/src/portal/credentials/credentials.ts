import { html } from "hono/html";
import type { KeyCredential, PasswordCredential } from "../../directory/applications/applicationProperties.ts";
import { addCertificate, removeCertificate } from "../../directory/credentials/keyCredentials.ts";
import { addPassword, removePassword } from "../../directory/credentials/passwordCredentials.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { type ApplicationVisit, applicationPage, applicationTabs } from "../applications/applicationPage.ts";
import { formFields } from "../frame/fields.ts";
import { newSecretSection, saveScript } from "../frame/newSecretSection.ts";
import { buttonForm, day, formToken, portalFrame } from "../frame/portalFrame.ts";
import { attempt, type Outcome, type PortalPage, problem, textField } from "../frame/portalPage.ts";
import { daemonParameters } from "../quickstarts/parametersFile.ts";
import { readCertificate } from "./certificateUpload.ts";

const dayMs = 86_400_000;
const lifetimes = [180, 365, 730] as const;

/** The credentials of an application. A secret's value is shown once, right after it is added. */
export const credentials: PortalPage = applicationPage({
  segment: "credentials",
  show,
  actions: {
    "add-secret": addSecret,
    "remove-secret": (visit, form) =>
      removalOutcome(
        visit,
        "a client secret",
        removePassword(visit.context.directory, visit.application.id, textField(form, "key")),
      ),
    "add-certificate": addUploadedCertificate,
    "remove-certificate": (visit, form) =>
      removalOutcome(
        visit,
        "a certificate",
        removeCertificate(visit.context.directory, visit.application.id, textField(form, "key")),
      ),
  },
});

function show(visit: ApplicationVisit): Promise<PlainResponse> {
  const { application, context } = visit;
  const secretFields = formFields(visit, "add-secret");
  const purpose = html`<code>latchkey run parameters.json</code>`;
  const added = newSecretSection(visit, application.appId, daemonParameters(context.url), purpose);
  const body = html`${added ?? ""}
<h2>Client secrets</h2>
${application.passwordCredentials.length === 0 ? html`<p>None yet.</p>` : ""}
<ul class="rows">${application.passwordCredentials.map((secret) => secretRow(visit, secret))}</ul>
<form method="post">${formToken(visit)}
${secretFields.input({ name: "description", label: "Description", attributes: 'maxlength="90"' })}
${secretFields.select({ name: "days", label: "Expires", options: lifetimes.map((days) => [String(days), `in ${days} days`]) })}
<div class="actions"><button class="primary" type="submit" name="action" value="add-secret">Add client secret</button></div>
</form>
<h2>Certificates</h2>
${application.keyCredentials.length === 0 ? html`<p>None yet.</p>` : ""}
<ul class="rows">${application.keyCredentials.map((key) => certificateRow(visit, key))}</ul>
<form method="post" enctype="multipart/form-data">${formToken(visit)}
${formFields(visit, "add-certificate").withoutValue("input", { name: "certificate", label: "Certificate file (.cer, .pem or .crt, without the private key)", attributes: 'type="file" accept=".cer,.pem,.crt" required' })}
<div class="actions"><button class="primary" type="submit" name="action" value="add-certificate">Upload certificate</button></div>
</form>`;
  return portalFrame(visit, {
    title: `${application.displayName}: certificates & secrets`,
    body,
    tabs: applicationTabs(application, "credentials"),
    script: added && saveScript,
  });
}

function secretRow(visit: ApplicationVisit, { displayName, hint, endMs, keyId }: PasswordCredential): Markup {
  return html`<li><div><strong>${displayName ?? "No description"}</strong> ${validity(visit, endMs)}<br>
<span class="soft">Begins with <code>${hint}</code> · secret id <code>${keyId}</code></span></div>
${buttonForm(visit, "remove-secret", "Remove secret", { key: keyId })}</li>`;
}

function certificateRow(visit: ApplicationVisit, key: KeyCredential): Markup {
  return html`<li><div><strong>${key.displayName}</strong> ${validity(visit, key.endMs)}<br>
<span class="soft">Valid from ${day(key.startMs)}<br>Thumbprint <code>${key.thumbprint}</code><br>
SHA-256 <code>${key.thumbprintSha256}</code></span></div>
${buttonForm(visit, "remove-certificate", "Remove certificate", { key: key.keyId })}</li>`;
}

function validity({ context }: ApplicationVisit, endMs: number): Markup {
  return endMs > context.clock.now()
    ? html`<span class="badge good">until ${day(endMs)}</span>`
    : html`<span class="badge bad">expired ${day(endMs)}</span>`;
}

function addSecret({ application, context, signedIn }: ApplicationVisit, form: FormData): Outcome {
  const displayName = textField(form, "description") || null;
  const days = lifetimes.find((lifetime) => String(lifetime) === textField(form, "days"));
  if (days === undefined) {
    return problem("Choose when the secret expires.", "days");
  }
  if ((displayName ?? "").length > 90) {
    return problem("Enter a description of at most 90 characters.", "description");
  }
  const endMs = context.clock.now() + days * dayMs;
  const { secretText } = addPassword(context.directory, application.id, { displayName, endMs });
  context.newSecrets.add(signedIn.session, application.appId, secretText);
  const why = `added a client secret to ${application.displayName}`;
  return { kind: "done", why, clientId: application.appId };
}

async function addUploadedCertificate({ application, context }: ApplicationVisit, form: FormData): Promise<Outcome> {
  const file = form.get("certificate");
  if (!(file instanceof File) || file.size === 0) {
    return problem("Choose a certificate file.", "certificate");
  }
  const read = readCertificate(new Uint8Array(await file.arrayBuffer()));
  if (read.kind === "problem") {
    return { ...read, field: "certificate" };
  }
  if (application.keyCredentials.some(({ thumbprint }) => thumbprint === read.thumbprint)) {
    return problem(`The application already has the certificate with thumbprint ${read.thumbprint}.`, "certificate");
  }
  const added = attempt(() => addCertificate(context.directory, application.id, read.der), "certificate");
  if ("problem" in added) {
    return added.problem;
  }
  const why = `added the certificate ${added.result.thumbprint} to ${application.displayName}`;
  return { kind: "done", why, clientId: application.appId };
}

function removalOutcome({ application }: ApplicationVisit, what: string, isRemoved: boolean): Outcome {
  return isRemoved
    ? { kind: "done", why: `removed ${what} from ${application.displayName}`, clientId: application.appId }
    : problem(`The credential no longer exists.`);
}
