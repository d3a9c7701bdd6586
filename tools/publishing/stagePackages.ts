import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { joinModules } from "./joinModules.ts";
import { npm } from "./support/childProcess.js";
import { packages } from "./support/workspaces.js";

/** Those whose start is measured in milliseconds. */
const joined = ["@latchkey/client", "@latchkey/platform"];

/** One package as npm will publish it. */
export interface StagedPackage {
  readonly name: string;
  /** The folder that was packed. */
  readonly folder: string;
  /** Absolute path of the tarball. */
  readonly tarball: string;
}

/**
 * Lays every built package out below a folder as it is to be published, packs it there, and returns where it all is.
 *
 * Publishing goes through here and not through the workspace itself, because two things differ: each package carries the
 * licence, and the many modules of a library are joined into few files (docs/adr/0007-join-the-published-libraries.md).
 */
export async function stagePackages(root: string, destination: string): Promise<StagedPackage[]> {
  const staged: StagedPackage[] = [];
  for (const { name, folder: source, manifest } of packages(root)) {
    const folder = join(destination, name.replace("@latchkey/", ""));
    await mkdir(folder, { recursive: true });
    for (const path of ["package.json", "README.md", ...((manifest["files"] ?? []) as string[])]) {
      await copyIfThere(join(source, path), join(folder, path));
    }
    await cp(join(root, "LICENSE"), join(folder, "LICENSE"));
    if (joined.includes(name)) await joinModules(folder, manifest);
    staged.push({ name, folder, tarball: await pack(folder, destination) });
  }
  return staged;
}

async function pack(folder: string, destination: string): Promise<string> {
  const { code, stdout, output } = await npm(["pack", "--json", "--pack-destination", destination], { cwd: folder });
  if (code !== 0) throw new Error(`npm could not pack ${folder}:\n${output}`);
  // npm 11 answers with a list, later versions with an object keyed by package name.
  const [entry] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
  if (entry === undefined) throw new Error(`npm pack did not name its tarball: ${stdout}`);
  return join(destination, entry.filename);
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, { recursive: true, filter: (path) => !/\.?tsbuildinfo$/.test(path) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
