import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { root } from "../setUp.js";
import { conclude } from "../support/report.ts";
import { mayImport } from "./mayImport.ts";

/** Returns a sentence for each import in a file that its room may not have. */
export function refusedImports(file: string, text: string): string[] {
  const [, name = "", path = ""] = /^packages\/([^/]+)\/src\/(.*)$/.exec(file) ?? [];
  const rooms = mayImport[name] ?? {};
  const room = roomOf(path, rooms);
  const allowed = (rooms[room] ?? "").split(" ");
  const isAllowed = (specifier: string): boolean => {
    const to = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier;
    if (allowed.some((each) => isIn(to, each))) {
      return true;
    }
    // An `index.ts` is for users; a file outside `src` is in no room.
    const isInside = specifier.startsWith(".") && !to.startsWith("../") && !/(^|\/)index\.ts$/.test(to);
    return isInside && [room, ...allowed].includes(roomOf(to, rooms));
  };
  return specifiersIn(file, text)
    .filter((specifier) => !isAllowed(specifier))
    .map((each) => `${file} imports ${each}, which tools/checks/mayImport.ts does not allow ${name}/${room}.`);
}

/** Returns what a file imports in any way: values, types, re-exports, `import()` and the types of `import("…")`. */
function specifiersIn(file: string, text: string): readonly string[] {
  const { program, module } = parseSync(file, text);
  const specifiers = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  for (const { moduleRequest } of module.staticExports.flatMap(({ entries }) => entries)) {
    if (moduleRequest !== null) {
      specifiers.push(moduleRequest.value);
    }
  }
  new Visitor({
    ImportExpression: ({ source }) => void (source.type === "Literal" && specifiers.push(String(source.value))),
    TSImportType: ({ source }) => void specifiers.push(source.value),
  }).visit(program);
  return [...new Set(specifiers)];
}

/** Returns the row for a path: that of the file or of a folder, or `.` for the other files of `src`. */
function roomOf(path: string, rooms: object): string {
  return Object.keys(rooms).find((name) => isIn(path, name)) ?? ".";
}

function isIn(path: string, room: string): boolean {
  return path === room || path.startsWith(room.endsWith(":") ? room : `${room}/`);
}

if (process.argv[1] === import.meta.filename) {
  const files = globSync("packages/*/src/**/*.ts", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  const rooms = Object.values(mayImport).reduce((count, each) => count + Object.keys(each).length, 0);
  const refused = files.flatMap((file) => refusedImports(file, readFileSync(join(root, file), "utf8")));
  conclude(refused, `${files.length} files in ${rooms} rooms`);
}
