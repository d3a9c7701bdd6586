import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { expect, test } from "vitest";
import { root } from "../setUp.js";

/** The words in code style of the last column of CONTRIBUTING.md's table. */
const avoided = [...readFileSync(join(root, "CONTRIBUTING.md"), "utf8").matchAll(/^\|.*\| ([^|]*)\|$/gm)].flatMap(
  ([, words = ""]) => [...words.matchAll(/`(\w+)`/g)].map(([, word = ""]) => word),
);

/** `requestedScopes` has the words requested and scopes. */
function wordsOf(name: string): string[] {
  return name.split(/(?<=[a-z0-9])(?=[A-Z])|[_\W]/).map((word) => word.toLowerCase());
}

test("no identifier and no file of the packages has a word that CONTRIBUTING.md replaces", () => {
  const found = globSync("packages/*/src/**/*.ts", { cwd: root }).flatMap((path) => {
    const names = new Set([basename(path, ".ts")]);
    const visitor = new Visitor({ Identifier: ({ name }) => void names.add(name) });
    visitor.visit(parseSync(path, readFileSync(join(root, path), "utf8")).program);
    return [...names]
      .filter((name) => wordsOf(name).some((word) => avoided.includes(word)))
      .map((name) => `${path}: ${name}`);
  });
  expect(avoided).toContain("asked");
  expect(found).toEqual([]);
});
