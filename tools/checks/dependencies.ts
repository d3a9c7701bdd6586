import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Check } from "../checkContract.ts";
import { packages } from "../workspaces.js";

const kinds = ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies"];

/** The client has no runtime dependency: neither declared nor imported by what is built. */
export const dependencies: Check = {
  name: "dependencies",
  needs: ["build"],
  run: async ({ root }) => {
    const client = packages(root).find(({ name }) => name === "@latchkey/client");
    if (client === undefined) return { ok: false, output: "There is no package @latchkey/client." };
    const declared = kinds.filter((kind) => client.manifest[kind] !== undefined);
    const foreign = await foreignImports(join(client.folder, "dist"));
    return {
      ok: declared.length === 0 && foreign.length === 0,
      output: [...declared.map((kind) => `@latchkey/client declares ${kind}; it must install alone.`), ...foreign].join(
        "\n",
      ),
    };
  },
};

/** esbuild reads the imports, since examples in comments look like imports too. */
async function foreignImports(dist: string): Promise<string[]> {
  const files = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith(".js"));
  const { metafile } = await build({
    absWorkingDir: dist,
    entryPoints: files,
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    packages: "external",
    platform: "neutral",
  });
  return Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports
      .filter(({ path, external }) => external === true && path !== "#transport" && !isOwnBuiltIn(file, path))
      .map(({ path }) => `dist/${file} imports ${path}`),
  );
}

function isOwnBuiltIn(file: string, specifier: string): boolean {
  return specifier.startsWith("node:") && file.startsWith("node/");
}
