import { html } from "hono/html";
import { daemonParameters } from "./daemonParameters.ts";
import type { Markup } from "./page.ts";
import type { PortalVisit } from "./portalPage.ts";

/** The secret just made for the application, with the file that uses it: in this answer, and in no other. */
export function shownOnce(visit: PortalVisit, appId: string): Markup | undefined {
  const { context, exchange, signedIn } = visit;
  // Only an answer with a body that the visitor asked for may use it up.
  const secret = exchange.request.method === "GET" ? context.newSecrets.take(signedIn.session, appId) : undefined;
  return secret === undefined ? undefined : secretSection(secret, daemonParameters(visit, appId, secret));
}

function secretSection(secret: string, parameters: string): Markup {
  return html`<section class="once" aria-labelledby="once"><h2 id="once">Copy the secret's value now</h2>
<p>It is shown this once: only its hash is kept.</p>
<p><code id="secret">${secret}</code></p>
<details open><summary>parameters.json, for <code>latchkey run parameters.json</code></summary>
<pre id="parameters">${parameters}</pre></details>
<div class="actions"><button type="button" id="save" hidden>Save parameters.json</button></div></section>`;
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
