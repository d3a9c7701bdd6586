import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packages } from "./support/workspaces.js";

/** One place in the sources that names the rule it follows. */
export interface Citation {
  /** What is cited, such as `RFC 6749 section 4.4` or the address of a page. */
  readonly source: string;
  /** Path of the file, relative to the repository, with forward slashes. */
  readonly file: string;
}

const titles: Readonly<Record<string, string>> = {
  "RFC 4648": "Base64url",
  "RFC 5208": "PKCS #8 private keys",
  "RFC 5280": "X.509 certificates",
  "RFC 6749": "OAuth 2.0",
  "RFC 6750": "Bearer tokens",
  "RFC 7468": "PEM",
  "RFC 7515": "JSON Web Signature",
  "RFC 7517": "JSON Web Key",
  "RFC 7518": "JSON Web Algorithms",
  "RFC 7519": "JSON Web Token",
  "RFC 7521": "Assertions in OAuth 2.0",
  "RFC 7523": "JWT client assertions",
  "RFC 7636": "PKCE",
  "RFC 7638": "JWK thumbprints",
  "RFC 8018": "PKCS #5, encrypted keys",
  "RFC 8252": "Native applications",
  "RFC 8414": "Authorization server metadata",
  "RFC 8628": "Device authorization",
  "RFC 8693": "Token exchange",
  "RFC 9110": "HTTP semantics",
  "RFC 9457": "Problem details",
  "RFC 9562": "UUIDs",
};

/** Lists every `@see` in the sources of the packages. */
export function findCitations(root: string): Citation[] {
  return packages(root).flatMap(({ folder }) =>
    readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => {
        const path = join(folder, "src", name);
        return citationsIn(relative(root, path).replaceAll("\\", "/"), readFileSync(path, "utf8"));
      }),
  );
}

/** Lists what the `@see` tags of one text cite; a remark after a semicolon is left out. */
export function citationsIn(file: string, text: string): Citation[] {
  return [...text.matchAll(/@see +(.*?)(?: *\*\/)?$/gm)]
    .flatMap(([, sources = ""]) => sources.split(/, (?=https:|RFC |OpenID )/))
    .map((source) => ({ source: source.replace(/;.*$/, "").replace(/[.\s]+$/, ""), file }));
}

/** Writes the page that leads from a specification to the files that follow it. */
export function renderSpecifications(citations: readonly Citation[]): string {
  const sections = new Map<string, Citation[]>();
  for (const citation of citations) {
    const heading = headingOf(citation.source);
    sections.set(heading, [...(sections.get(heading) ?? []), citation]);
  }
  const tables = [...sections].sort(([a], [b]) => byNumbers(a, b)).map(([heading, cited]) => table(heading, cited));
  return `# Specification → file\n\n${introduction}\n\n${tables.join("\n\n")}\n`;
}

const introduction = `Which files follow which section of which specification or page of Microsoft's documentation. Deviations of the real service from
a specification are marked \`// Entra:\` in the sources. This page is made from their \`@see\` tags: \`npm run check -- --update specs\`.`;

function headingOf(source: string): string {
  const number = /^RFC \d+/.exec(source)?.[0];
  if (number !== undefined) return number in titles ? `${number}: ${titles[number]}` : number;
  if (source.startsWith("OpenID")) return "OpenID Connect";
  return source.startsWith("https://learn.microsoft.com/") ? "Microsoft's documentation" : "Others";
}

function table(heading: string, cited: readonly Citation[]): string {
  const files = new Map<string, Set<string>>();
  for (const { source, file } of cited) files.set(source, (files.get(source) ?? new Set()).add(file));
  const rows = [...files]
    .sort(([a], [b]) => byNumbers(a, b))
    .map(([source, names]) => `| ${label(source)} | ${[...names].sort().map(link).join("<br>")} |`);
  return [`## ${heading}`, "", "| section or page | followed by |", "|---|---|", ...rows].join("\n");
}

function label(source: string): string {
  if (source.startsWith("https://"))
    return `[${source.replace(/^https:\/\/(learn\.microsoft\.com\/)?/, "")}](${source})`;
  return source.replace(/^RFC \d+ (?=section)/, "");
}

function link(file: string): string {
  return `[${file.replace(/^packages\//, "").replace("/src/", "/")}](../${file})`;
}

/** RFC 822 comes before RFC 6749, and section 4.4 before 4.10. */
function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
