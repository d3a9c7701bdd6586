import { html } from "hono/html";
import type { Markup } from "./page.ts";

/** A new secret with the file that uses it: in this answer, and in no other. */
export function shownOnce(secret: string, parameters: string): Markup {
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
