import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm } from "./support/childProcess.js";

/** The repository's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Makes a bare clone runnable; does nothing when nothing has changed.
 *
 * @returns {Promise<string>} the Node to run the repository's programs on: this one, or the one that npm brought
 * @throws {Error} when this Node is too old or npm fails
 */
export async function setUp() {
  const { node: version } = process.versions;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20) {
    throw new Error(`This repository needs Node 20 or newer: https://nodejs.org. This is Node ${version}.`);
  }
  // From 22.18 on Node reads TypeScript.
  const isEnough = major > 22 || (major === 22 && minor >= 18);
  const own = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  await installPackages(root, isEnough || existsSync(own));
  return isEnough ? process.execPath : own;
}

/**
 * Installs what a folder's package-lock.json lists, if that has changed since the last time.
 *
 * @param {string} folder
 * @param {boolean} [isWhole] whether what counts is there
 * @returns {Promise<void>}
 * @throws {Error} when npm fails
 */
export async function installPackages(folder, isWhole = true) {
  // npm writes this file last: an installation that was interrupted has an older one, or none.
  const installed = statSync(join(folder, "node_modules", ".package-lock.json"), { throwIfNoEntry: false });
  if (isWhole && installed && installed.mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs) {
    return;
  }
  process.stderr.write(`Installing the packages of ${join(folder, "package-lock.json")} ...\n`);
  const { code } = await npm(["ci", "--include=dev", "--no-audit", "--no-fund"], { cwd: folder });
  if (code === 0) {
    return;
  }
  throw new Error(
    "npm could not install the packages. Check the network (`npm config set proxy`), then run the command again.",
  );
}
