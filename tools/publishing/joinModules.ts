import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import type { Manifest } from "../support/packages.ts";

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
 * Replaces the modules in a package's `dist` by one file for each entry point and one for all that the first of them
 * reaches; types stay as they are. Every further file costs a fresh process a millisecond. What `imports` leads to is one
 * file each, sharing nothing: it is loaded in the middle of the first request.
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
        // Which transport is used is decided where the package runs.
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

/** Has the further entry points reach all that the first one does: else there is a file for each set of them that uses the same. */
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
  // What is reached has to be kept, used or not: used by the one entry point, unused by the other, it would be apart.
  return { plugins: [reaching], treeShaking: false, ignoreAnnotations: true };
}

/** The built files that a map of `exports` or `imports` leads to. */
function targetsIn(target: unknown): string[] {
  if (typeof target === "string") {
    return target.startsWith("./dist/") && target.endsWith(".js") ? [target] : [];
  }
  return Object.values<unknown>(Object(target)).flatMap(targetsIn);
}
