import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { npm } from "./npmCommand.js";
import { packages } from "./workspaces.js";

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
 * licence, and the client's many modules are joined into few files (docs/adr/0007-join-the-published-client.md).
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
    if (name === "@latchkey/client") await joinModules(folder, manifest);
    staged.push({ name, folder, tarball: await pack(folder, destination) });
  }
  return staged;
}

/**
 * Replaces the modules in `dist` by one file for each entry point and one for what they share; types stay as they are.
 * What `imports` leads to is one file each, sharing nothing: it is loaded in the middle of the first request, where every
 * further file costs a fresh process a millisecond.
 */
async function joinModules(folder: string, manifest: Record<string, unknown>): Promise<void> {
  const dist = join(folder, "dist");
  const doors = new Set(targetsIn(manifest["exports"]));
  const loadedLater = new Set(targetsIn(manifest["imports"]));
  const joined = await Promise.all(
    [[...doors], ...Array.from(loadedLater, (entry) => [entry])].map((entryPoints) =>
      build({
        absWorkingDir: folder,
        entryPoints,
        outdir: "dist",
        outbase: "dist",
        allowOverwrite: true,
        bundle: true,
        splitting: true,
        write: false,
        chunkNames: "shared-[hash]",
        format: "esm",
        platform: "neutral",
        target: "es2022",
        sourcemap: true,
        // Which transport is used is decided where the package runs.
        external: ["node:*", "#transport"],
      }),
    ),
  );
  for (const name of await readdir(dist, { recursive: true })) {
    if (/\.js(\.map)?$/.test(name)) await rm(join(dist, name));
  }
  for (const file of joined.flatMap(({ outputFiles }) => outputFiles)) await writeFile(file.path, file.contents);
}

/** The built files that a map of `exports` or `imports` leads to. */
function targetsIn(target: unknown): string[] {
  if (typeof target === "string") return target.startsWith("./dist/") && target.endsWith(".js") ? [target] : [];
  return Object.values((target ?? {}) as Record<string, unknown>).flatMap(targetsIn);
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
