import { html } from "hono/html";
import type { KeyCredential, PasswordCredential } from "../../directory/applicationProperties.ts";
import { addCertificate, removeCertificate } from "../../directory/keyCredentials.ts";
import { addPassword, listPasswordCredentials, removePassword } from "../../directory/passwordCredentials.ts";
import { type ApplicationVisit, applicationPage, applicationTabs } from "../applicationPage.ts";
import { readCertificate } from "../certificateUpload.ts";
import { daemonParameters } from "../daemonParameters.ts";
import type { Markup } from "../page.ts";
import { buttonForm, day, formToken, portalFrame } from "../portalFrame.ts";
import { attempt, type Outcome, type PortalPage, problem, textField } from "../portalPage.ts";
import { saveScript, shownOnce } from "../shownOnce.ts";

const dayMs = 86_400_000;
const lifetimes = [180, 365, 730] as const;

/** What an application proves itself with. A secret's value is in the answer that makes it, and nowhere after. */
export const credentials: PortalPage = applicationPage({
  segment: "credentials",
  show: (visit) => show(visit),
  actions: {
    "add-secret": addSecret,
    "remove-secret": (visit, form) =>
      removed(
        visit,
        "a client secret",
        removePassword(visit.context.directory, visit.application.id, textField(form, "key")),
      ),
    "add-certificate": addUploaded,
    "remove-certificate": (visit, form) =>
      removed(
        visit,
        "a certificate",
        removeCertificate(visit.context.directory, visit.application.id, textField(form, "key")),
      ),
  },
});

function show(visit: ApplicationVisit, added: Markup | "" = ""): Promise<Response> {
  const { application } = visit;
  const body = html`${added}
<h2>Client secrets</h2>
${application.passwordCredentials.length === 0 ? html`<p>None yet.</p>` : ""}
<ul class="rows">${application.passwordCredentials.map((secret) => secretRow(visit, secret))}</ul>
<form method="post">${formToken(visit)}
<label for="description">Description</label>
<input id="description" name="description" maxlength="90" autocomplete="off">
<label for="days">Expires</label>
<select id="days" name="days">${lifetimes.map((days) => html`<option value="${days}">in ${days} days</option>`)}</select>
<div class="actions"><button class="primary" type="submit" name="action" value="add-secret">Add client secret</button></div>
</form>
<h2>Certificates</h2>
${application.keyCredentials.length === 0 ? html`<p>None yet.</p>` : ""}
<ul class="rows">${application.keyCredentials.map((key) => certificateRow(visit, key))}</ul>
<form method="post" enctype="multipart/form-data">${formToken(visit)}
<label for="certificate">Certificate file (.cer, .pem or .crt, without the private key)</label>
<input id="certificate" name="certificate" type="file" accept=".cer,.pem,.crt" required>
<div class="actions"><button class="primary" type="submit" name="action" value="add-certificate">Upload certificate</button></div>
</form>`;
  return portalFrame(visit, {
    title: `${application.displayName}: certificates & secrets`,
    body,
    tabs: applicationTabs(application, "credentials"),
    script: added === "" ? undefined : saveScript,
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

function addSecret(visit: ApplicationVisit, form: FormData): Outcome {
  const { application, context } = visit;
  const displayName = textField(form, "description") || null;
  const days = lifetimes.find((offered) => String(offered) === textField(form, "days"));
  if (days === undefined) {
    return problem("Choose when the secret expires.");
  }
  if ((displayName ?? "").length > 90) {
    return problem("Description is at most 90 characters long.");
  }
  const endMs = context.clock.now() + days * dayMs;
  const { secretText } = addPassword(context.directory, application.id, { displayName, endMs });
  const fresh = { ...visit, application: { ...application, passwordCredentials: listed(visit) } };
  const response = show(fresh, shownOnce(secretText, daemonParameters(visit, application.appId, secretText)));
  const why = `added a client secret to ${application.displayName}`;
  return { kind: "page", response, why, clientId: application.appId };
}

function listed({ context, application }: ApplicationVisit): readonly PasswordCredential[] {
  return listPasswordCredentials(context.directory, application.id);
}

async function addUploaded({ application, context }: ApplicationVisit, form: FormData): Promise<Outcome> {
  const file = form.get("certificate");
  if (!(file instanceof File) || file.size === 0) {
    return problem("Choose a certificate file.");
  }
  const read = readCertificate(new Uint8Array(await file.arrayBuffer()));
  if (read.kind === "problem") {
    return read;
  }
  if (application.keyCredentials.some(({ thumbprint }) => thumbprint === read.thumbprint)) {
    return problem(`The application has the certificate with thumbprint ${read.thumbprint} already.`);
  }
  const added = attempt(() => addCertificate(context.directory, application.id, read.der));
  if ("problem" in added) {
    return added.problem;
  }
  const why = `added the certificate ${added.result.thumbprint} to ${application.displayName}`;
  return { kind: "done", why, clientId: application.appId };
}

function removed({ application }: ApplicationVisit, what: string, isRemoved: boolean): Outcome {
  return isRemoved
    ? { kind: "done", why: `removed ${what} from ${application.displayName}`, clientId: application.appId }
    : problem(`The application has no such credential: it was removed before.`);
}
