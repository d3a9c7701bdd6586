import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
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

async function foreignImports(dist: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(dist, { recursive: true })) {
    if (!name.endsWith(".js")) continue;
    const text = await readFile(join(dist, name), "utf8");
    const folder = relative(dist, join(dist, name)).split(/[\\/]/)[0];
    for (const [, specifier = ""] of text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*["']([^"']+)["']/g)) {
      const own = specifier.startsWith(".") || specifier === "#transport";
      const builtIn = specifier.startsWith("node:") && folder === "node";
      if (!own && !builtIn) found.push(`dist/${name} imports ${specifier}`);
    }
  }
  return found;
}
