import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Check } from "../checkContract.ts";
import { packages } from "../support/workspaces.js";

const kinds = ["dependencies", "optionalDependencies", "bundleDependencies"];

/**
 * The client has no runtime dependency: neither declared nor imported by what is built. What a program may bring itself is
 * an optional peer, and is imported by the door that is named for it alone.
 */
export const dependencies: Check = {
  name: "dependencies",
  needs: ["build"],
  run: async ({ root }) => {
    const client = packages(root).find(({ name }) => name === "@latchkey/client");
    if (client === undefined) return { ok: false, output: "There is no package @latchkey/client." };
    const declared = kinds.filter((kind) => client.manifest[kind] !== undefined);
    const required = requiredPeers(client.manifest);
    const foreign = await foreignImports(join(client.folder, "dist"));
    return {
      ok: declared.length === 0 && required.length === 0 && foreign.length === 0,
      output: [
        ...declared.map((kind) => `@latchkey/client declares ${kind}; it must install alone.`),
        ...required.map(
          (peer) => `@latchkey/client requires the peer ${peer}; peerDependenciesMeta must call it optional.`,
        ),
        ...foreign,
      ].join("\n"),
    };
  },
};

function requiredPeers({ peerDependencies, peerDependenciesMeta }: Record<string, unknown>): string[] {
  const meta = (peerDependenciesMeta ?? {}) as Record<string, { optional?: boolean } | undefined>;
  return Object.keys(peerDependencies ?? {}).filter((peer) => meta[peer]?.optional !== true);
}

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
      .filter(({ path, external }) => external === true && path !== "#transport" && !isAllowed(file, path))
      .map(({ path }) => `dist/${file} imports ${path}`),
  );
}

function isAllowed(file: string, specifier: string): boolean {
  if (specifier === "@opentelemetry/api") return file === "openTelemetry.js";
  return specifier.startsWith("node:") && file.startsWith("node/");
}
