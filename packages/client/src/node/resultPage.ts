/** A self-contained page for the user's browser: it loads nothing, and cannot be framed. */
export interface ResultPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const style = "body{max-width:32rem;margin:15vh auto;padding:0 1rem;font:1.1rem/1.5 system-ui;color-scheme:light dark}";

/** Removes the code from the address bar and the tab's history; only a script can do that once the page is shown. */
const clearAddress = 'history.replaceState(null,"",location.pathname)';

/** Creates a page with a title and a sentence; `clearsAddress` is for an address that contains the response. */
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
