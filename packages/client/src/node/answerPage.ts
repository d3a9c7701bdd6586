import { createHash } from "node:crypto";

/** A page for the user's browser, whole: it loads nothing, runs nothing, and is in no frame. */
export interface AnswerPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const style = "body{max-width:32rem;margin:15vh auto;padding:0 1rem;font:1.1rem/1.5 system-ui;color-scheme:light dark}";

/** Makes a page of a headline and a sentence. */
export function answerPage(title: string, sentence: string): AnswerPage {
  const [safeTitle, safeSentence] = [escapeHtml(title), escapeHtml(sentence)];
  const styleHash = createHash("sha256").update(style).digest("base64");
  return {
    html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${safeTitle}</title>
<style>${style}</style>
<h1>${safeTitle}</h1>
<p>${safeSentence}</p>
</html>
`,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
