import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../setUp.js";
import { npm } from "../support/childProcess.js";
import { packages } from "../support/packages.ts";
import { joinModules } from "./joinModules.ts";

/** One package as npm will publish it: the folder that was packed, and the tarball. */
export interface StagedPackage {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
}

/**
 * Lays out every built package below a folder as it is published, and packs it there.
 *
 * Workspaces are not published directly, because each package needs a copy of the licence, and because the modules of a
 * library, whose start is measured in milliseconds, are joined (docs/adr/0007-join-the-published-libraries.md).
 */
export async function stagePackages(destination: string): Promise<readonly StagedPackage[]> {
  const staged: StagedPackage[] = [];
  for (const { folder: source, manifest } of packages()) {
    const { name, files = [], exports } = manifest;
    const folder = join(destination, name.replace("@latchkey/", ""));
    for (const path of ["package.json", "README.md", ...files]) {
      const filter = (each: string): boolean => !each.endsWith("tsbuildinfo");
      await cp(join(source, path), join(folder, path), { recursive: true, filter });
    }
    await cp(join(root, "LICENSE"), join(folder, "LICENSE"));
    if (exports?.["."] !== undefined) {
      await joinModules(folder, manifest);
    }
    const packing = ["pack", "--json", "--pack-destination", destination];
    const { code, stdout, output } = await npm(packing, { cwd: folder, quiet: true });
    if (code !== 0) {
      throw new Error(`npm could not pack ${folder}:\n${output}`);
    }
    // npm 11 prints a list, later versions an object keyed by package name.
    const [{ filename } = { filename: "" }] = Object.values<{ filename: string }>(JSON.parse(stdout));
    staged.push({ name, folder, tarball: join(destination, filename) });
  }
  return staged;
}

/** Installs packed packages, and others by path, into a new folder, as a user does. */
export async function installTarballs(
  folder: string,
  staged: readonly StagedPackage[],
  others: readonly string[] = [],
): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  const args = ["install", "--no-audit", "--no-fund", ...staged.map(({ tarball }) => tarball), ...others];
  const { code, output } = await npm(args, { cwd: folder, quiet: true });
  if (code !== 0) {
    throw new Error(`The packed packages could not be installed:\n${output}`);
  }
}
