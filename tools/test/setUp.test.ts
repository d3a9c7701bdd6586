import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { installation } from "../setUp.js";

const manifest = { name: "clone", version: "1.0.0", private: true, dependencies: { dependency: "file:dependency" } };

const completeLock = {
  name: "clone",
  version: "1.0.0",
  lockfileVersion: 3,
  requires: true,
  packages: {
    "": { name: "clone", version: "1.0.0", dependencies: { dependency: "file:dependency" } },
    dependency: { version: "1.0.0" },
    "node_modules/dependency": { resolved: "dependency", link: true },
  },
};

const staleLock = { ...completeLock, packages: { "": { name: "clone", version: "1.0.0" } } };

/** A repository whose only dependency is a folder in it, so that npm needs no network. */
async function bareClone(folder: string, lock: object): Promise<void> {
  await mkdir(join(folder, "dependency"));
  await writeFile(join(folder, "dependency", "package.json"), JSON.stringify({ name: "dependency", version: "1.0.0" }));
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
}

const seen = async (folder: string): Promise<string> =>
  JSON.parse(await readFile(join(folder, "node_modules", "dependency", "package.json"), "utf8")).name;

describe("installing packages", () => {
  test("installs into a bare clone and has nothing to do afterwards", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder, completeLock);
      const step = installation(folder);
      expect(step.isDone()).toBe(false);
      expect(await step.run()).toBeUndefined();
      expect(await seen(folder)).toBe("dependency");
      expect(installation(folder).isDone()).toBe(true);
    }));

  test("falls back to npm install, says why, and leaves the lock file alone", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder, staleLock);
      expect(await installation(folder).run()).toContain("npm ci had failed");
      expect(await seen(folder)).toBe("dependency");
      expect(JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"))).toEqual(staleLock);
      expect(installation(folder).isDone()).toBe(true);
    }));

  test("is needed again when the lock file has changed", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder, completeLock);
      await installation(folder).run();
      const changed = { ...completeLock.packages, "node_modules/added": { version: "1.0.0" } };
      await writeFile(join(folder, "package-lock.json"), JSON.stringify({ ...completeLock, packages: changed }));
      expect(installation(folder).isDone()).toBe(false);
    }));

  test("is needed again when node_modules was removed", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder, completeLock);
      await installation(folder).run();
      await rm(join(folder, "node_modules"), { recursive: true });
      expect(installation(folder).isDone()).toBe(false);
    }));

  test("accepts what a person's own npm install has put in place", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder, completeLock);
      await installation(folder).run();
      await rm(join(folder, "node_modules", ".latchkey-installed"));
      expect(installation(folder).isDone()).toBe(true);
    }));

  test("fails with npm's words and a remedy when npm cannot install", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder, completeLock);
      await writeFile(join(folder, "package.json"), "{ not JSON");
      await expect(installation(folder).run()).rejects.toMatchObject({
        output: expect.stringContaining("JSON"),
        remedy: expect.stringContaining("run the command again"),
      });
    }));
});
