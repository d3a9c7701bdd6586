import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setUp.js";
import { runQuietly } from "../support/childProcess.js";
import { conclude } from "../support/report.ts";

/** One fenced TypeScript block of a document or of an `@example`. */
export interface DocExample {
  readonly file: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** Returns the fenced TypeScript blocks of a text; of a `.ts` file only those in doc comments. */
export function examplesIn(file: string, text: string): DocExample[] {
  // Line numbers stay the same: a line outside comments becomes an empty one.
  const markdown = file.endsWith(".ts") ? text.replace(/^.*$/gm, (line) => /^\s*\* ?(.*)/.exec(line)?.[1] ?? "") : text;
  return [...markdown.matchAll(/^([ \t]*)```(?:ts|typescript)\r?\n([\s\S]*?)^[ \t]*```\r?$/gm)].map((found) => {
    const [, indent = "", code = ""] = found;
    return {
      file,
      line: markdown.slice(0, found.index).split("\n").length + 1,
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), "").trimEnd(),
    };
  });
}

if (process.argv[1] === import.meta.filename) {
  // In the repository, where `@latchkey/client` resolves as it does for the tests.
  const folder = join(root, "reports", "docExamples");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const documents = ["{README,CONTRIBUTING}.md", "docs/**/*.md", "packages/*/README.md", "packages/*/src/**/*.ts"];
  const examples = documents
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .flatMap((file) => examplesIn(file.replaceAll("\\", "/"), readFileSync(join(root, file), "utf8")));
  for (const { file, line, code } of examples) {
    // With blank lines above the code, an error has the same line number as in the document.
    const name = `${file.replaceAll("/", "@")}@${line}.ts`;
    writeFileSync(join(folder, name), `${"\n".repeat(line - 1)}${code}\nexport {};\n`);
  }
  // As strict as a user's program that compiles the sources.
  const compilerOptions = { composite: false, noUnusedLocals: false, noUnusedParameters: false };
  const configuration = { extends: "../../tsconfig.tests.json", compilerOptions, include: ["*.ts"], references: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration));
  const tsc = [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", folder, "--pretty", "false"];
  const { code, output } = await runQuietly(process.execPath, tsc, { cwd: root });
  const located = output.replaceAll(/\S*docExamples\/(\S+)@\d+\.ts/g, (_, name) => name.replaceAll("@", "/"));
  conclude(code === 0 ? [] : [located.trim()], `${examples.length} examples`);
}
