import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { runQuietly } from "../../tools/support/childProcess.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundles a page's program for a browser, with the built client, imported by its name.
 *
 * @param entry absolute path of the program, which imports nothing but the client
 */
export async function bundleBuilt(entry: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-page-"));
  try {
    const client = join(root, "packages", "client");
    const installed = join(folder, "node_modules", "@latchkey", "client");
    await mkdir(installed, { recursive: true });
    await cp(join(client, "package.json"), join(installed, "package.json"));
    const onlyScripts = ["--composite", "--incremental", "--declaration", "--declarationMap", "--isolatedDeclarations"];
    const { code, output } = await runQuietly(
      process.execPath,
      [
        join(root, "node_modules", "typescript", "bin", "tsc"),
        ...["--project", join(client, "tsconfig.json"), "--outDir", join(installed, "dist")],
        ...onlyScripts.flatMap((option) => [option, "false"]),
      ],
      { cwd: root },
    );
    if (code !== 0) {
      throw new Error(`The client could not be built:\n${output}`);
    }
    const page = join(folder, "page.ts");
    await cp(entry, page);
    const { outputFiles } = await build({
      entryPoints: [page],
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      target: "es2022",
    });
    return outputFiles[0]?.text ?? "";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
