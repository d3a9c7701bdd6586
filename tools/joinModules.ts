import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

/** How modules are joined for publishing: readable, and with a file of its own for what is loaded later. */
export const joining = {
  bundle: true,
  splitting: true,
  chunkNames: "shared-[hash]",
  format: "esm",
  target: "es2022",
  sourcemap: true,
} as const satisfies BuildOptions;

/**
 * Replaces the modules in a package's `dist` by one file for each entry point and one for what they share; types stay as
 * they are. What `imports` leads to is one file each, sharing nothing: it is loaded in the middle of the first request,
 * where every further file costs a fresh process a millisecond.
 */
export async function joinModules(folder: string, manifest: Record<string, unknown>): Promise<void> {
  const dist = join(folder, "dist");
  const doors = new Set(targetsIn(manifest["exports"]));
  const loadedLater = new Set(targetsIn(manifest["imports"]));
  const joined = await Promise.all(
    [[...doors], ...Array.from(loadedLater, (entry) => [entry])].map((entryPoints) =>
      build({
        ...joining,
        absWorkingDir: folder,
        entryPoints,
        outdir: "dist",
        outbase: "dist",
        allowOverwrite: true,
        write: false,
        platform: "neutral",
        // Which transport is used is decided where the package runs.
        external: ["node:*", "#transport", ...foreignPackages(manifest)],
      }),
    ),
  );
  for (const name of await readdir(dist, { recursive: true })) {
    if (/\.js(\.map)?$/.test(name)) await rm(join(dist, name));
  }
  for (const file of joined.flatMap(({ outputFiles }) => outputFiles)) await writeFile(file.path, file.contents);
}

/** What is installed beside the package. */
function foreignPackages({ dependencies, peerDependencies }: Record<string, unknown>): string[] {
  return Object.keys({ ...(dependencies as object), ...(peerDependencies as object) });
}

/** The built files that a map of `exports` or `imports` leads to. */
function targetsIn(target: unknown): string[] {
  if (typeof target === "string") return target.startsWith("./dist/") && target.endsWith(".js") ? [target] : [];
  return Object.values((target ?? {}) as Record<string, unknown>).flatMap(targetsIn);
}
