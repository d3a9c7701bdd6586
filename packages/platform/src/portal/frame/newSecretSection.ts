import { html } from "hono/html";
import type { Markup } from "../../signIn/page/page.ts";
import { type Parameters, parametersFile } from "../quickstarts/parametersFile.ts";
import type { PortalVisit } from "./portalPage.ts";

/**
 * Shows an application's new secret and the file that uses it. They are shown in this response only.
 *
 * @param purpose which programs read the file
 */
export function newSecretSection(
  visit: PortalVisit,
  appId: string,
  parameters: Parameters,
  purpose: Markup,
): Markup | undefined {
  const secret = takeNewSecret(visit, appId);
  if (secret === undefined) {
    return undefined;
  }
  const file = html`<details open><summary>parameters.json, for ${purpose}</summary>
<pre id="parameters">${parametersFile(visit, appId, secret, parameters)}</pre></details>
<div class="actions"><button type="button" id="save" hidden>Save parameters.json</button></div>`;
  return secretSection("secret value", secret, file);
}

/** Shows the new password of a user or of a tenant's administrator. It is shown in this response only. */
export function newPasswordSection(visit: PortalVisit, ownerId: string): Markup | "" {
  const password = takeNewSecret(visit, ownerId);
  return password === undefined ? "" : secretSection("password", password, "");
}

function takeNewSecret({ context, exchange, signedIn }: PortalVisit, ownerId: string): string | undefined {
  // Only a response with a body, which the visitor sees, may use it up.
  return exchange.request.method === "GET" ? context.newSecrets.take(signedIn.session, ownerId) : undefined;
}

function secretSection(what: string, secret: string, more: Markup | ""): Markup {
  return html`<section class="once" aria-labelledby="once"><h2 id="once">Copy the ${what} now</h2>
<p>It is shown only once. The platform stores nothing but its hash.</p>
<p><code id="secret">${secret}</code></p>
${more}</section>`;
}

/** Saves the file without putting the secret into a URL: browsers store the URLs of downloads. */
export const saveScript = `
const save = document.getElementById("save");
save.hidden = false;
save.addEventListener("click", () => {
  const url = URL.createObjectURL(new Blob([document.getElementById("parameters").textContent], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: "parameters.json" });
  link.click();
  URL.revokeObjectURL(url);
});
`;
