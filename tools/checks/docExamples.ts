import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packages } from "./support/workspaces.js";

/** One fenced TypeScript block of a document or of an `@example`. */
export interface DocExample {
  /** Path of the document, relative to the repository, with forward slashes. */
  readonly file: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** Lists the TypeScript blocks of README.md, docs and the doc comments of the packages. */
export function findDocExamples(root: string): DocExample[] {
  const markdown = ["README.md", "CONTRIBUTING.md", ...filesBelow(root, "docs", ".md")];
  const sources = packages(root).flatMap(({ folder }) => [
    ...filesBelow(root, relative(root, folder), "README.md"),
    ...filesBelow(root, join(relative(root, folder), "src"), ".ts"),
  ]);
  return [...markdown, ...sources].flatMap((file) => {
    const text = readIfThere(join(root, file));
    return text === undefined ? [] : examplesIn(file.replaceAll("\\", "/"), text);
  });
}

/** Lists the fenced TypeScript blocks of one text; in a `.ts` file only those inside doc comments. */
export function examplesIn(file: string, text: string): DocExample[] {
  const examples: DocExample[] = [];
  const inComments = file.endsWith(".ts");
  let open: { line: number; code: string[]; indent: string } | undefined;
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    if (inComments && !/^\s*\*( |$)/.test(whole)) {
      open = undefined;
      continue;
    }
    const line = inComments ? whole.replace(/^\s*\* ?/, "") : whole;
    if (open === undefined) {
      const fence = /^(\s*)```(?:ts|typescript)\s*$/.exec(line);
      if (fence !== null) open = { line: index + 2, code: [], indent: fence[1] ?? "" };
    } else if (line.trim() === "```") {
      examples.push({ file, line: open.line, code: open.code.join("\n") });
      open = undefined;
    } else {
      open.code.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line.trimStart());
    }
  }
  return examples;
}

function filesBelow(root: string, folder: string, ending: string): string[] {
  let names: string[];
  try {
    names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(ending) && !name.includes("node_modules"))
    .map((name) => join(folder, name))
    .sort();
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
