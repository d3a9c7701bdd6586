import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { npm } from "./npmCommand.js";

/** Installs packed packages into a new folder, as somebody who has never heard of this repository would. */
export async function installTarballs(folder: string, tarballs: readonly string[]): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  const { code, output } = await npm(["install", "--no-audit", "--no-fund", "--no-progress", ...tarballs], {
    cwd: folder,
  });
  if (code !== 0) throw new Error(`The packed packages could not be installed:\n${output}`);
}
