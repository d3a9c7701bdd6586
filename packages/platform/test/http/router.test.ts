import { expect, test } from "vitest";
import { openRouter, readPath } from "../../src/http/router.ts";

const router = openRouter(
  ["GET /a", "POST /a", "ALL /a/b/c", "GET /a/{x}", "GET /a/{x}/d", "GET /{x}/b/{y}"].map((text) => {
    const [method = "", path = ""] = text.split(" ");
    return { method, path };
  }),
);

function find(method: string, path: string): unknown {
  const found = router.find(method, readPath(path, { ignoresCase: false, collapsesSlashes: false }));
  return found.kind === "route" ? [found.route.path, found.parameters] : found;
}

test("a fixed part takes precedence over a parameter, and falls back to it at a dead end", () => {
  expect(find("GET", "/a/b/c")).toEqual(["/a/b/c", {}]);
  expect(find("GET", "/a/b/d")).toEqual(["/a/{x}/d", { x: "b" }]);
  expect(find("GET", "/a/b/e")).toEqual(["/{x}/b/{y}", { x: "a", y: "e" }]);
});

test("a parameter is decoded, and is never empty", () => {
  expect(find("GET", "/a/%C3%A4")).toEqual(["/a/{x}", { x: "ä" }]);
  expect(find("GET", "/a/")).toEqual({ kind: "unknown", depth: 1 });
});

test("an existing path returns its methods, and an unknown one how far it matches", () => {
  expect(find("PUT", "/a")).toEqual({ kind: "otherMethod", methods: ["GET", "POST"] });
  expect(find("GET", "/a/b/c/d")).toEqual({ kind: "unknown", depth: 3 });
  expect(find("GET", "/c")).toEqual({ kind: "unknown", depth: 1 });
});

test("case and slashes matter unless the service ignores them", () => {
  const sent = "//Sub//x/";
  expect(readPath(sent, { ignoresCase: false, collapsesSlashes: false }).map(({ name }) => name)).toEqual([
    "",
    "Sub",
    "",
    "x",
    "",
  ]);
  expect(readPath(sent, { ignoresCase: true, collapsesSlashes: true })).toEqual([
    { name: "sub", value: "Sub" },
    { name: "x", value: "x" },
  ]);
});
