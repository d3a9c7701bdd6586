import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import type { Manifest } from "../support/packages.ts";

/** How modules are joined for publishing: readable, and with separate files for what is loaded later. */
export const joining = {
  bundle: true,
  splitting: true,
  chunkNames: "shared-[hash]",
  format: "esm",
  target: "es2022",
  sourcemap: true,
} as const satisfies BuildOptions;

/**
 * Replaces the modules in a package's `dist` with one file for each entry point and one for everything that the first
 * entry point imports; types stay as they are. Each additional file costs a new process a millisecond. Each target of
 * `imports` becomes one file that shares nothing, because it is loaded during the first request.
 */
export async function joinModules(folder: string, manifest: Manifest): Promise<void> {
  const dist = join(folder, "dist");
  const doors = new Set(targetsIn(manifest.exports));
  const loadedLater = new Set(targetsIn(manifest.imports));
  const installedBeside = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const joined = await Promise.all(
    [[...doors], ...Array.from(loadedLater, (entry) => [entry])].map((entryPoints) =>
      build({
        ...joining,
        absWorkingDir: folder,
        entryPoints,
        ...(entryPoints.length > 1 ? sharingOneFile(entryPoints, folder) : {}),
        outdir: "dist",
        outbase: "dist",
        allowOverwrite: true,
        write: false,
        platform: "neutral",
        // The runtime decides which transport is used.
        external: ["node:*", "#transport", ...installedBeside],
      }),
    ),
  );
  for (const name of await readdir(dist, { recursive: true })) {
    if (/\.js(\.map)?$/.test(name)) {
      await rm(join(dist, name));
    }
  }
  for (const file of joined.flatMap(({ outputFiles }) => outputFiles)) {
    await writeFile(file.path, file.contents);
  }
}

/** Makes the other entry points import everything that the first one does; otherwise each combination gets a file. */
function sharingOneFile([first, ...others]: readonly string[], folder: string): BuildOptions {
  const paths = others.map((path) => join(folder, path));
  const whole = `import ${JSON.stringify(join(folder, first ?? ""))};`;
  const reaching: Plugin = {
    name: "sharing one file",
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, async ({ path }) =>
        paths.includes(path) ? { contents: `${await readFile(path, "utf8")}\n${whole}`, loader: "js" } : undefined,
      );
    },
  };
  // Unused imports must stay: what only some entry points use would otherwise be split off.
  return { plugins: [reaching], treeShaking: false, ignoreAnnotations: true };
}

/** Returns the built files in a map of `exports` or `imports`. */
function targetsIn(target: unknown): string[] {
  if (typeof target === "string") {
    return target.startsWith("./dist/") && target.endsWith(".js") ? [target] : [];
  }
  return Object.values<unknown>(Object(target)).flatMap(targetsIn);
}
