import { html } from "hono/html";
import type { Json } from "../../directory/applications/applicationProperties.ts";
import {
  addFederatedCredential,
  listFederatedCredentials,
  removeFederatedCredential,
} from "../../directory/credentials/federatedCredentials.ts";
import { type ApplicationVisit, applicationPage, applicationTabs } from "../applications/applicationPage.ts";
import { formFields } from "../frame/fields.ts";
import { buttonForm, formToken, portalFrame } from "../frame/portalFrame.ts";
import { attempt, type Outcome, type PortalPage, problem, textField } from "../frame/portalPage.ts";

/** Tokens of other issuers that an application may show in place of a secret. */
export const federated: PortalPage = applicationPage({
  segment: "federated",
  show(visit) {
    const { application, context } = visit;
    const listed = listFederatedCredentials(context.directory, application.id);
    const fields = formFields(visit, "add");
    const body = html`<p>Instead of a secret, a program shows a token that another issuer gave it: Kubernetes, GitHub Actions.</p>
<ul class="rows">${listed.map(
      ({ name, issuer, subject, audience, keys }) => html`<li><div><strong>${name}</strong><dl>
<dt>Issuer</dt><dd><code>${issuer}</code></dd><dt>Subject</dt><dd><code>${subject}</code></dd>
<dt>Audience</dt><dd><code>${audience}</code></dd><dt>Keys</dt><dd>${keys === null ? "by the issuer's discovery document, on this machine only" : "given here"}</dd></dl></div>
${buttonForm(visit, "remove", html`Remove <span class="soft">${name}</span>`, { name })}</li>`,
    )}</ul>
<h2>Add a credential</h2>
<form method="post">${formToken(visit)}
${fields.input({ name: "name", label: "Name", attributes: 'required maxlength="120"' })}
${fields.input({ name: "issuer", label: "Issuer (iss)", attributes: 'type="url" required' })}
${fields.input({ name: "subject", label: "Subject (sub)", attributes: "required" })}
${fields.input({ name: "audience", label: "Audience (aud)", value: "api://AzureADTokenExchange", attributes: "required" })}
${fields.unkept("textarea", { name: "keys", label: "Public keys of the issuer as a JSON Web Key Set; leave empty to ask an issuer on this machine" })}
<div class="actions"><button class="primary" type="submit" name="action" value="add">Add credential</button></div></form>`;
    const tabs = applicationTabs(application, "federated");
    return portalFrame(visit, { title: `${application.displayName}: federated credentials`, body, tabs });
  },
  actions: { add, remove },
});

function add({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const [name, issuer, subject, audience] = [
    textField(form, "name"),
    textField(form, "issuer"),
    textField(form, "subject"),
    textField(form, "audience"),
  ];
  if (!/^[\w-]{3,120}$/.test(name)) {
    return problem("Name must be 3 to 120 letters, digits, hyphens and underscores.", "name");
  }
  if (URL.parse(issuer) === null) {
    return problem("Issuer must be a URL.", "issuer");
  }
  if (subject === "" || audience === "") {
    return problem("Subject and audience must not be empty.", subject === "" ? "subject" : "audience");
  }
  const listed = listFederatedCredentials(context.directory, application.id);
  if (listed.some((known) => known.name === name || (known.issuer === issuer && known.subject === subject))) {
    return problem("The application has a credential of this name, or of this issuer and subject, already.", "name");
  }
  const keys = readKeys(textField(form, "keys"));
  if ("problem" in keys) {
    return keys.problem;
  }
  addFederatedCredential(context.directory, application.id, { name, issuer, subject, audience, keys: keys.result });
  const why = `added the federated credential ${name} to ${application.displayName}`;
  return { kind: "done", why, clientId: application.appId };
}

/** Private members of a key are refused: a set of public keys is all that is wanted. */
function readKeys(text: string): { readonly result: Json } | { readonly problem: Outcome } {
  if (text === "") {
    return { result: null };
  }
  const parsed = attempt(() => JSON.parse(text) as { keys?: readonly Readonly<Record<string, Json>>[] } | null);
  const keys = "result" in parsed ? parsed.result?.keys : undefined;
  if (!Array.isArray(keys)) {
    return { problem: problem('Public keys must be a JSON Web Key Set: {"keys": [...]}.', "keys") };
  }
  return keys.some((key) => ["d", "p", "q", "k"].some((member) => key?.[member] !== undefined))
    ? { problem: problem("The key set holds a private key. Give the public keys alone.", "keys") }
    : { result: { keys } };
}

function remove({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const name = textField(form, "name");
  return removeFederatedCredential(context.directory, application.id, name)
    ? { kind: "done", why: `removed a federated credential of ${application.displayName}`, clientId: application.appId }
    : problem("There is no such credential: it was removed before.");
}
