import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../setUp.js";

const atRoot = readdirSync(root).filter((name) => name.endsWith(".md"));
const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".md"),
);
const documents = [...atRoot, ...below.map((name) => join("docs", name))];

describe.each(documents)("%s", (document) => {
  const text = readFileSync(join(root, document), "utf8");

  test("links only to files that exist", () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = ""]) => target);
    expect(targets.filter((target) => !existsSync(join(root, dirname(document), target)))).toEqual([]);
  });

  test("mentions only files that exist", () => {
    const named = [...text.matchAll(/`((?:packages|tools|docs|test|api|runtimes|\.ci)\/[\w./-]*)`/g)];
    const missing = named.map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path)));
    expect(missing.filter((path) => !/^packages\/\*|^api\/temp/.test(path))).toEqual([]);
  });
});

test("README.md links every guide", () => {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const guides = below
    .filter((name) => /^guides[/\\][^/\\]+$/.test(name))
    .map((name) => `docs/${name.replace("\\", "/")}`);
  expect(guides.length).toBeGreaterThan(10);
  expect(guides.filter((guide) => !text.includes(`](${guide})`))).toEqual([]);
});

const architecture = readFileSync(join(root, "docs", "architecture.md"), "utf8");

test.each(["client", "platform", "cli"])(
  "the tree in docs/architecture.md lists every folder of %s and no others",
  (name) => {
    const source = `packages/${name}/src/`;
    const [, tree = ""] = new RegExp(`^${source}\n((?: .*\n)+)`, "m").exec(architecture) ?? [];
    const named = tree.split("\n").flatMap((line) => (/^ {2}(\S+(?: {2}\S+)*)/.exec(line)?.[1] ?? "").split("  "));
    const folders = readdirSync(join(root, source), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map((entry) => `${entry.name}/`).filter((folder) => !named.includes(folder))).toEqual([]);
    expect(named.filter((path) => !existsSync(join(root, source, path)))).toEqual([]);
  },
);

const [kinds = "", reports = ""] = readFileSync(join(root, "docs", "faults.md"), "utf8").split(
  "## Twenty further reports",
);

test("docs/faults.md lists only tests that exist, for each kind of fault", () => {
  const rows = [...kinds.matchAll(/^\|.*\| `((?:packages|test|fuzz)\/[^`]+)`(?: > (.+))? \|$/gm)];
  const missing = rows.filter(([, file = "", title = ""]) => {
    const path = join(root, file);
    return !existsSync(path) || !readFileSync(path, "utf8").includes(title);
  });
  expect(rows.length).toBeGreaterThan(90);
  expect(missing.map(([row]) => row)).toEqual([]);
});

test("docs/faults.md lists only tests that exist, for each report", () => {
  const sources = globSync("packages/client/test/**/*.test.ts", { cwd: root });
  const cells = [...reports.matchAll(/^\| (\d+) .*\| ([^|]+) \|$/gm)];
  const missing = cells.flatMap(([, report, cell = ""]) =>
    cell.split(/; (?=\S+\.test\.ts > )/).flatMap((part) => {
      const [, file, titles = ""] = /^(\S+\.test\.ts) > (.+)$/.exec(part) ?? [];
      if (file === undefined) {
        return part.startsWith("none: ") ? [] : [`${report}: ${part}`];
      }
      const texts = sources
        .filter((path) => path.endsWith(`/${file}`))
        .map((path) => readFileSync(join(root, path), "utf8"));
      return titles
        .split("; ")
        .map((title) => title.replace(/ \*$/, ""))
        .filter((title) => !texts.some((text) => text.includes(title)))
        .map((title) => `${report}: ${file}: ${title}`);
    }),
  );
  expect(cells).toHaveLength(20);
  expect(missing).toEqual([]);
});
