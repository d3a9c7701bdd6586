import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./npmCommand.js";

export interface FloorNodes {
  /** The oldest Node the client promises. */
  readonly node20: string;
  /** The oldest Node the platform and the CLI promise. */
  readonly node22: string;
}

/** Installs the Nodes of `runtimes/package.json` when they are not there yet and returns where they are. */
export async function floorNodes(root: string): Promise<FloorNodes> {
  const folder = join(root, "runtimes");
  const program = process.platform === "win32" ? "node.exe" : "node";
  const found: FloorNodes = {
    node20: join(folder, "node_modules", "node20", "bin", program),
    node22: join(folder, "node_modules", "node22", "bin", program),
  };
  const stamp = join(folder, "node_modules", ".latchkey-installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  const isInstalled =
    existsSync(found.node20) && existsSync(found.node22) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (isInstalled) return found;
  const { code, output } = await npm(["ci", "--no-audit", "--no-fund", "--no-progress"], { cwd: folder });
  if (code !== 0) throw new Error(`npm could not install the packages of runtimes/package.json:\n${output}`);
  writeFileSync(stamp, wanted);
  return found;
}
