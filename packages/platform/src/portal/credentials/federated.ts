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

/** Other issuers' tokens that an application may use in place of a secret. */
export const federated: PortalPage = applicationPage({
  segment: "federated",
  show(visit) {
    const { application, context } = visit;
    const listed = listFederatedCredentials(context.directory, application.id);
    const fields = formFields(visit, "add");
    const body = html`<p>Instead of a secret, a program can use a token from another issuer, such as Kubernetes or GitHub Actions.</p>
<ul class="rows">${listed.map(
      ({ name, issuer, subject, audience, keys }) => html`<li><div><strong>${name}</strong><dl>
<dt>Issuer</dt><dd><code>${issuer}</code></dd><dt>Subject</dt><dd><code>${subject}</code></dd>
<dt>Audience</dt><dd><code>${audience}</code></dd><dt>Keys</dt><dd>${keys === null ? "from the issuer's discovery document (issuers on this machine only)" : "entered here"}</dd></dl></div>
${buttonForm(visit, "remove", html`Remove <span class="soft">${name}</span>`, { name })}</li>`,
    )}</ul>
<h2>Add a credential</h2>
<form method="post">${formToken(visit)}
${fields.input({ name: "name", label: "Name", attributes: 'required maxlength="120"' })}
${fields.input({ name: "issuer", label: "Issuer (iss)", attributes: 'type="url" required' })}
${fields.input({ name: "subject", label: "Subject (sub)", attributes: "required" })}
${fields.input({ name: "audience", label: "Audience (aud)", value: "api://AzureADTokenExchange", attributes: "required" })}
${fields.withoutValue("textarea", { name: "keys", label: "Public keys of the issuer as a JSON Web Key Set; leave empty for an issuer on this machine" })}
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
    return problem("Enter a name of 3 to 120 letters, digits, hyphens or underscores.", "name");
  }
  if (URL.parse(issuer) === null) {
    return problem("The issuer must be a URL.", "issuer");
  }
  if (subject === "" || audience === "") {
    return problem("Enter a subject and an audience.", subject === "" ? "subject" : "audience");
  }
  const listed = listFederatedCredentials(context.directory, application.id);
  if (listed.some((known) => known.name === name || (known.issuer === issuer && known.subject === subject))) {
    return problem("The application already has a credential with this name, or with this issuer and subject.", "name");
  }
  const keys = readKeys(textField(form, "keys"));
  if ("problem" in keys) {
    return keys.problem;
  }
  addFederatedCredential(context.directory, application.id, { name, issuer, subject, audience, keys: keys.result });
  const why = `added the federated credential ${name} to ${application.displayName}`;
  return { kind: "done", why, clientId: application.appId };
}

/** Refuses private keys: only public keys are needed. */
function readKeys(text: string): { readonly result: Json } | { readonly problem: Outcome } {
  if (text === "") {
    return { result: null };
  }
  const parsed = attempt(() => JSON.parse(text) as { keys?: readonly Readonly<Record<string, Json>>[] } | null);
  const keys = "result" in parsed ? parsed.result?.keys : undefined;
  if (!Array.isArray(keys)) {
    return { problem: problem('The public keys must be a JSON Web Key Set: {"keys": [...]}.', "keys") };
  }
  return keys.some((key) => ["d", "p", "q", "k"].some((member) => key?.[member] !== undefined))
    ? { problem: problem("The key set contains a private key. Enter only the public keys.", "keys") }
    : { result: { keys } };
}

function remove({ application, context }: ApplicationVisit, form: FormData): Outcome {
  const name = textField(form, "name");
  return removeFederatedCredential(context.directory, application.id, name)
    ? {
        kind: "done",
        why: `removed a federated credential from ${application.displayName}`,
        clientId: application.appId,
      }
    : problem("The credential no longer exists.");
}
