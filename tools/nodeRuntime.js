import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Says what is wrong with a Node that cannot run the tools; `undefined` when it can.
 *
 * @param {string} version such as `20.20.2`
 * @returns {string | undefined}
 */
export function nodeTooOld(version) {
  const [major = 0] = numbersOf(version);
  if (major >= 20) return undefined;
  return `This repository needs Node 20 or newer to set itself up; this is Node ${version}. Install a newer one from https://nodejs.org and run the command again.`;
}

/**
 * Tells whether a Node runs the repository's TypeScript unbuilt and its development tools.
 *
 * @param {string} version such as `22.18.0`
 * @returns {boolean}
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = numbersOf(version);
  return major > 22 || (major === 22 && minor >= 18);
}

/**
 * Where the development dependency `node` puts its program.
 *
 * @param {string} root the repository
 * @returns {string}
 */
export function localNodePath(root) {
  return join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

/**
 * The Node to run the repository's programs on: the one already running when it is new enough, else the local one.
 *
 * @param {string} root the repository
 * @returns {string | undefined} `undefined` when the local one is needed and not installed
 */
export function nodeToRunOn(root) {
  // In one shell line the second `node` is still the machine's: only a path started directly is certain.
  if (runsTypeScript(process.versions.node)) return process.execPath;
  const local = localNodePath(root);
  return existsSync(local) ? local : undefined;
}

/**
 * @param {string} version
 * @returns {number[]}
 */
function numbersOf(version) {
  return version.replace(/^v/, "").split(".").map(Number);
}
