import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * One published workspace.
 *
 * @typedef {object} Workspace
 * @property {string} name its npm name
 * @property {string} folder its absolute folder
 * @property {Record<string, unknown>} manifest its package.json
 */

/**
 * Lists the workspaces below `packages/`.
 *
 * @param {string} root the repository
 * @returns {Workspace[]}
 */
export function packages(root) {
  return readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      return { name: manifest.name, folder, manifest };
    });
}

/**
 * Lists the TypeScript projects that make up the packages: the root project's references without the tests.
 *
 * @param {string} root the repository
 * @returns {string[]} paths relative to the repository
 */
export function packageProjects(root) {
  /** @type {{ references: { path: string }[] }} */
  const solution = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
  return solution.references.map((reference) => reference.path).filter((path) => path.startsWith("packages/"));
}
