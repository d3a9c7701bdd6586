import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { npm } from "./npmCommand.js";

/** Installs what a folder's own lock file names, when it is not there yet; `has` tells whether what counts is there. */
export async function installOnDemand(root: string, folder: string, has: () => boolean): Promise<void> {
  const stamp = join(folder, "node_modules", ".latchkey-installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (has() && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const { code, output } = await npm(["ci", "--no-audit", "--no-fund", "--no-progress"], { cwd: folder });
  const name = relative(root, folder);
  if (code !== 0) throw new Error(`npm could not install the packages of ${name}/package.json:\n${output}`);
  writeFileSync(stamp, wanted);
}
