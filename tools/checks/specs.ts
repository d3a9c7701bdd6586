import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setUp.js";
import { concludePage } from "../support/report.ts";

/** A place in the sources that cites the rule it follows. */
export interface Citation {
  /** What is cited, such as `RFC 6749 section 4.4` or the address of a page. */
  readonly source: string;
  readonly file: string;
}

const titles: ReadonlyMap<string, string> = new Map(
  `4648 Base64url; 5208 PKCS #8 private keys; 5280 X.509 certificates; 6749 OAuth 2.0; 6750 Bearer tokens; 7468 PEM;
  7515 JSON Web Signature; 7517 JSON Web Key; 7518 JSON Web Algorithms; 7519 JSON Web Token; 7521 Assertions in OAuth 2.0;
  7523 JWT client assertions; 7636 PKCE; 7638 JWK thumbprints; 8018 PKCS #5, encrypted keys; 8252 Native applications;
  8414 Authorization server metadata; 8628 Device authorization; 8693 Token exchange; 9110 HTTP semantics;
  9457 Problem details; 9562 UUIDs`
    .split(/;\s*/)
    .map((row) => [`RFC ${row.slice(0, 4)}`, row.slice(5)]),
);

/** Returns what the `@see` tags of a text cite, without remarks after a semicolon. */
export function citationsIn(file: string, text: string): Citation[] {
  return [...text.matchAll(/@see +(.*?)(?: *\*\/)?$/gm)]
    .flatMap(([, sources = ""]) => sources.split(/, (?=https:|RFC |OpenID )/))
    .map((source) => ({ source: source.replace(/;.*$/, "").replace(/[.\s]+$/, ""), file }));
}

/** Returns a table for each specification, from its sections to the files that follow them. */
export function renderSpecifications(citations: readonly Citation[]): string {
  return grouped(citations, ({ source }) => headingOf(source))
    .map(([heading, cited]) => {
      const rows = grouped(cited, ({ source }) => source).map(([source, places]) => {
        const files = [...new Set(places.map(({ file }) => file))].sort();
        const links = files.map((file) => `[${file.replace(/^packages\/(\w+)\/src/, "$1")}](../${file})`);
        return `| ${label(source)} | ${links.join("<br>")} |\n`;
      });
      return `\n## ${heading}\n\n| section or page | followed by |\n|---|---|\n${rows.join("")}`;
    })
    .join("");
}

/** Groups in numeric order: RFC 822 comes before RFC 6749, and section 4.4 before 4.10. */
function grouped(citations: readonly Citation[], by: (citation: Citation) => string): [string, Citation[]][] {
  return [...Map.groupBy(citations, by)].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
}

function headingOf(source: string): string {
  const number = /^RFC \d+/.exec(source)?.[0];
  if (number !== undefined) {
    return titles.has(number) ? `${number}: ${titles.get(number)}` : number;
  }
  if (source.startsWith("OpenID")) {
    return "OpenID Connect";
  }
  return source.startsWith("https://learn.microsoft.com/") ? "Microsoft's documentation" : "Others";
}

function label(source: string): string {
  if (!source.startsWith("https://")) {
    return source.replace(/^RFC \d+ (?=section)/, "");
  }
  return `[${source.replace(/^https:\/\/(learn\.microsoft\.com\/)?/, "")}](${source})`;
}

if (process.argv[1] === import.meta.filename) {
  const files = globSync("packages/*/src/**/*.ts", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
  const citations = files.flatMap((file) => citationsIn(file, readFileSync(join(root, file), "utf8")));
  concludePage("docs/specs.md", (page) => `${page.split("\n\n## ", 1)[0]}\n${renderSpecifications(citations)}`);
}
