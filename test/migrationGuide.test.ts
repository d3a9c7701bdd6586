import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import * as msal from "@azure/msal-node";
import { describe, expect, test } from "vitest";
import * as client from "../packages/client/src/index.ts";
import * as node from "../packages/client/src/node/index.ts";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const guide = read("../docs/guides/migrating-from-msal-node.md");
/** The code in the columns of its tables. */
const [theirs, ours] = [1, 2].map((column) =>
  guide
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => [...(line.split(/(?<!\\)\|/)[column] ?? "").matchAll(/`([^`]+)`/g)].map(([, code]) => code))
    .join(" "),
) as [string, string];
const names = (text: string): Set<string> => new Set(text.match(/\w+/g));

/** The methods declared by MSAL Node's applications and cache. */
function methodsOfMsal(): readonly string[] {
  const types = new URL("../types/", `file://${createRequire(import.meta.url).resolve("@azure/msal-node")}`);
  const files = ["client/IPublicClientApplication", "client/IConfidentialClientApplication", "cache/ITokenCache"];
  return files.flatMap((file) => {
    const text = readFileSync(fileURLToPath(new URL(`${file}.d.ts`, types)), "utf8");
    return [...text.matchAll(/^ {4}(\w+)\(/gm)].map(([, name]) => name ?? "");
  });
}

describe("the guide to migrating from MSAL Node", () => {
  test.each(methodsOfMsal())("says what replaces the method %s", (method) => {
    expect(names(theirs)).toContain(method);
  });

  // Not for users.
  const inner = new Set(["internals", "version"]);
  test.each(Object.keys(msal).filter((name) => !inner.has(name) && !name.endsWith("Logger")))(
    "says what replaces the export %s",
    (name) => {
      expect(names(theirs)).toContain(name);
    },
  );

  test("mentions only names that exist", () => {
    const members = [client.ConfidentialClientApplication, client.PublicClientApplication].flatMap(({ prototype }) => [
      ...Object.getOwnPropertyNames(prototype),
      ...Object.getOwnPropertyNames(Object.getPrototypeOf(prototype)),
    ]);
    const known = new Set([...Object.keys(client), ...Object.keys(node), ...members]);
    const called = [...ours.matchAll(/(?<![.\w])(acquire\w+|get[A-Z]\w+|new \w+|client[A-Z]\w+(?=\())/g)];
    const wrong = called.map(([, name = ""]) => name.replace("new ", "")).filter((name) => !known.has(name));
    expect([called.length > 5, wrong]).toEqual([true, []]);
  });
});
