import { mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { installPackages } from "../setUp.js";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";

const lock = {
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

/** A repository whose only dependency is a folder in it, so that npm needs no network. */
async function bareClone(folder: string): Promise<void> {
  const manifest = { name: "clone", version: "1.0.0", dependencies: { dependency: "file:dependency" } };
  await mkdir(join(folder, "dependency"));
  await writeFile(join(folder, "dependency", "package.json"), JSON.stringify({ name: "dependency", version: "1.0.0" }));
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
}

const installed = async (folder: string): Promise<string> =>
  JSON.parse(await readFile(join(folder, "node_modules", "dependency", "package.json"), "utf8")).name;

describe("installing packages", () => {
  test("installs into a bare clone, and does nothing the next time", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder);
      await installPackages(folder);
      expect(await installed(folder)).toBe("dependency");
      // npm would fail now.
      await writeFile(join(folder, "package.json"), "{ not JSON");
      await installPackages(folder);
      await expect(installPackages(folder, false)).rejects.toThrow("run the command again");
    }));

  test("is repeated if the lock file has changed", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder);
      await installPackages(folder);
      await rm(join(folder, "node_modules", "dependency"));
      const later = new Date(Date.now() + 60_000);
      await utimes(join(folder, "package-lock.json"), later, later);
      await installPackages(folder);
      expect(await installed(folder)).toBe("dependency");
    }));

  test("is repeated if node_modules was removed, or an installation was interrupted", () =>
    inTemporaryFolder(async (folder) => {
      await bareClone(folder);
      for (const name of ["node_modules", "node_modules/.package-lock.json"]) {
        await installPackages(folder);
        await rm(join(folder, name), { recursive: true });
        await rm(join(folder, "node_modules", "dependency"), { force: true });
        await installPackages(folder);
        expect(await installed(folder)).toBe("dependency");
      }
    }));
});
