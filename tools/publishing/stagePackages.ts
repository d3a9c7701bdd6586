import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../setUp.js";
import { npm } from "../support/childProcess.js";
import { packages } from "../support/packages.ts";
import { joinModules } from "./joinModules.ts";

/** Those whose start is measured in milliseconds. */
const joined = ["@latchkey/client", "@latchkey/platform"];

/** One package as npm will publish it: the folder that was packed, and the tarball. */
export interface StagedPackage {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
}

/**
 * Lays every built package out below a folder as it is to be published, and packs it there.
 *
 * Publishing goes through here and not through the workspace itself, because two things differ: each package carries the
 * licence, and the many modules of a library are joined into few files (docs/adr/0007-join-the-published-libraries.md).
 */
export async function stagePackages(destination: string): Promise<readonly StagedPackage[]> {
  const staged: StagedPackage[] = [];
  for (const { folder: source, manifest } of packages()) {
    const { name, files = [] } = manifest;
    const folder = join(destination, name.replace("@latchkey/", ""));
    await mkdir(folder, { recursive: true });
    for (const path of ["package.json", "README.md", ...files]) {
      const filter = (each: string): boolean => !each.endsWith("tsbuildinfo");
      await cp(join(source, path), join(folder, path), { recursive: true, filter });
    }
    await cp(join(root, "LICENSE"), join(folder, "LICENSE"));
    if (joined.includes(name)) {
      await joinModules(folder, manifest);
    }
    const packing = ["pack", "--json", "--pack-destination", destination];
    const { code, stdout, output } = await npm(packing, { cwd: folder, quiet: true });
    if (code !== 0) {
      throw new Error(`npm could not pack ${folder}:\n${output}`);
    }
    // npm 11 answers with a list, later versions with an object keyed by package name.
    const [{ filename } = { filename: "" }] = Object.values<{ filename: string }>(JSON.parse(stdout));
    staged.push({ name, folder, tarball: join(destination, filename) });
  }
  return staged;
}

/** Installs packed packages into a new folder, as somebody who has never heard of this repository would. */
export async function installTarballs(folder: string, tarballs: readonly string[]): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  const { code, output } = await npm(["install", "--no-audit", "--no-fund", ...tarballs], { cwd: folder, quiet: true });
  if (code !== 0) {
    throw new Error(`The packed packages could not be installed:\n${output}`);
  }
}
