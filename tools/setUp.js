import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm } from "./support/childProcess.js";

/** The repository's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Installs what a bare clone needs to run; does nothing if nothing has changed.
 *
 * @returns {Promise<string>} the Node that runs the repository's programs: this one, or the one installed from npm
 * @throws {Error} if this Node is too old or npm fails
 */
export async function setUp() {
  const { node: version } = process.versions;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20) {
    throw new Error(`This repository needs Node 20 or newer: https://nodejs.org. This is Node ${version}.`);
  }
  // Node runs TypeScript from 22.18 on.
  const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
  const installed = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  await installPackages(root, runsTypeScript || existsSync(installed));
  return runsTypeScript ? process.execPath : installed;
}

/**
 * Installs the packages in a folder's package-lock.json if it has changed since the last installation.
 *
 * @param {string} folder
 * @param {boolean} [isComplete] false to install in any case
 * @throws {Error} if npm fails
 */
export async function installPackages(folder, isComplete = true) {
  // npm writes this file last: after an interrupted installation it is older, or missing.
  const installed = statSync(join(folder, "node_modules", ".package-lock.json"), { throwIfNoEntry: false });
  if (isComplete && installed && installed.mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs) {
    return;
  }
  process.stderr.write(`Installing the packages of ${join(folder, "package-lock.json")} ...\n`);
  const { code } = await npm(["ci", "--include=dev", "--no-audit", "--no-fund"], { cwd: folder });
  if (code !== 0) {
    throw new Error(
      "npm could not install the packages. Check the network (`npm config set proxy`) and run the command again.",
    );
  }
}
