/** A page for the user's browser, whole: it loads nothing, and is in no frame. */
export interface ResultPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const style = "body{max-width:32rem;margin:15vh auto;padding:0 1rem;font:1.1rem/1.5 system-ui;color-scheme:light dark}";

/** Takes the code out of the address bar and of the tab's history; without a script nothing can, once the page is shown. */
const clearAddress = 'history.replaceState(null,"",location.pathname)';

/** Makes a page of a headline and a sentence; `clearsAddress` is for one whose address carries the answer. */
export async function resultPage(title: string, sentence: string, clearsAddress = false): Promise<ResultPage> {
  const { createHash } = await import("node:crypto");
  const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
  const [safeTitle, safeSentence] = [escapeHtml(title), escapeHtml(sentence)];
  const script = clearsAddress ? `<script>${clearAddress}</script>\n` : "";
  const scriptSource = clearsAddress ? ` script-src '${hashOf(clearAddress)}';` : "";
  return {
    html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${safeTitle}</title>
<style>${style}</style>
<h1>${safeTitle}</h1>
<p>${safeSentence}</p>
${script}</html>
`,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src '${hashOf(style)}';${scriptSource} base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
