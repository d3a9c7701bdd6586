import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { type Directory, openDirectory } from "../../src/directory/directory.ts";
import { getSetting, putSetting } from "../../src/directory/tenants/tenants.ts";
import { openStorage } from "../../src/storage/openStorage.ts";

let folder: string;
const opened: Directory[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-remember-"));
});
afterEach(() => {
  for (const { database } of opened.splice(0)) {
    database.close();
  }
  rmSync(folder, { recursive: true });
});

function open(dataDirectory?: string): Directory {
  const directory = openDirectory(openStorage(dataDirectory), { now: () => 0 }, seededRandom(1));
  opened.push(directory);
  return directory;
}

function lookUp(directory: Directory): string | undefined {
  return directory.memoize("a setting", () => getSetting(directory, "name"));
}

test("a lookup is made once while nothing changes", () => {
  const directory = open();
  let reads = 0;
  const read = (): number => directory.memoize("count", () => ++reads);
  expect([read(), read(), read()]).toEqual([1, 1, 1]);
});

test("a change is visible immediately", () => {
  const directory = open();
  expect(lookUp(directory)).toBeUndefined();
  putSetting(directory, "name", "value");
  expect(lookUp(directory)).toBe("value");
});

test("a change by another process to the same file is visible immediately", () => {
  const [one, two] = [open(folder), open(folder)];
  expect(lookUp(one)).toBeUndefined();
  putSetting(two, "name", "value");
  expect(lookUp(one)).toBe("value");
});

test("data that was read in a failed transaction is dropped", () => {
  const directory = open();
  expect(() =>
    directory.database.transaction(() => {
      putSetting(directory, "name", "value");
      expect(lookUp(directory)).toBe("value");
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(lookUp(directory)).toBeUndefined();
});

test("lookups of many objects are dropped sooner", () => {
  const directory = open();
  let reads = 0;
  const read = (): number => directory.memoize("count", () => ++reads);
  const readPage = (key: string): unknown =>
    directory.memoize(
      key,
      () => [],
      () => 999,
    );
  for (const key of ["one page", "another"]) {
    readPage(key);
  }
  expect([read(), read()]).toEqual([1, 1]);
  readPage("a third");
  readPage("a fourth");
  expect(read()).toBe(2);
});
