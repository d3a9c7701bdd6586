import { html } from "hono/html";
import type { Markup } from "../../signIn/page/page.ts";
import { type Parameters, parametersFile } from "../quickstarts/parametersFile.ts";
import type { PortalVisit } from "./portalPage.ts";

/**
 * The secret just made for the application, with the file that uses it: in this answer, and in no other.
 *
 * @param purpose which programs read the file
 */
export function shownOnce(
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
  return secretSection("secret's value", secret, file);
}

/** The password just made for the user, or for the administrator of the tenant: in this answer, and in no other. */
export function passwordShownOnce(visit: PortalVisit, ownerId: string): Markup | "" {
  const password = takeNewSecret(visit, ownerId);
  return password === undefined ? "" : secretSection("password", password, "");
}

function takeNewSecret({ context, exchange, signedIn }: PortalVisit, ownerId: string): string | undefined {
  // Only an answer with a body that the visitor asked for may use it up.
  return exchange.request.method === "GET" ? context.newSecrets.take(signedIn.session, ownerId) : undefined;
}

function secretSection(what: string, secret: string, more: Markup | ""): Markup {
  return html`<section class="once" aria-labelledby="once"><h2 id="once">Copy the ${what} now</h2>
<p>It is shown this once: only its hash is kept.</p>
<p><code id="secret">${secret}</code></p>
${more}</section>`;
}

/** Saves without an address that would hold the secret: browsers keep the addresses of downloads. */
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
