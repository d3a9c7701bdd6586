import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { wasStopped } from "./childProcess.js";
import { localNodePath, nodeTooOld, nodeToRunOn, runsTypeScript } from "./nodeRuntime.js";
import { npm } from "./npmCommand.js";
import { runSteps, StepError } from "./steps.js";

/** The repository's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Makes a bare clone runnable and resolves to the Node to run its programs on; does nothing when nothing has changed.
 *
 * @param {{ moreSteps?: readonly import("./steps.js").Step[] }} [options] steps to run after the installation
 * @returns {Promise<{ node: string }>}
 * @throws {StepError} when Node is too old or a step fails
 */
export async function setUp(options = {}) {
  const tooOld = nodeTooOld(process.versions.node);
  if (tooOld !== undefined) throw new StepError("Nothing was installed.", { remedy: tooOld });
  await runSteps([installation(root), ...(options.moreSteps ?? [])]);
  const node = nodeToRunOn(root);
  if (node === undefined) {
    throw new StepError(`npm did not bring Node to ${localNodePath(root)}.`, {
      remedy: "Run `npm rebuild node`, or put Node 22.18 or newer on the PATH; then run the command again.",
    });
  }
  return { node };
}

/**
 * The step that installs what package-lock.json lists.
 *
 * @param {string} folder the repository
 * @returns {import("./steps.js").Step}
 */
export function installation(folder) {
  const modules = join(folder, "node_modules");
  const stamp = join(modules, ".latchkey-installed");
  const wanted = () => fingerprint(folder);
  return {
    get title() {
      return existsSync(stamp)
        ? "Installing packages: package-lock.json has changed"
        : `Installing ${countPackages(folder)} packages (first run only)`;
    },
    isDone: () => {
      if (!runsTypeScript(process.versions.node) && !existsSync(localNodePath(folder))) return false;
      if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted()) return true;
      if (!isInstalledByHand(folder)) return false;
      writeFileSync(stamp, wanted());
      return true;
    },
    run: async () => {
      const remark = await install(folder);
      writeFileSync(stamp, wanted());
      return remark;
    },
  };
}

/**
 * @param {string} folder
 * @returns {Promise<string | undefined>}
 */
async function install(folder) {
  const quiet = ["--include=dev", "--no-audit", "--no-fund", "--no-progress"];
  // npm writes this file last: without it an installation was interrupted, and only `npm ci` starts afresh.
  const whole = existsSync(join(folder, "node_modules", ".package-lock.json"));
  const first = await npm(whole ? ["install", "--no-save", ...quiet] : ["ci", ...quiet], { cwd: folder });
  if (first.code === 0) return undefined;
  if (wasStopped(first.code)) throw stopped(first.code);
  const second = whole ? first : await npm(["install", "--no-save", ...quiet], { cwd: folder });
  if (second.code === 0) return `npm ci had failed, so npm install was used: ${firstError(first.output)}`;
  if (wasStopped(second.code)) throw stopped(second.code);
  throw new StepError("npm could not install the packages.", {
    output: second.output,
    remedy: "Check the network (a proxy is set with `npm config set proxy`), then run the command again.",
  });
}

/**
 * @param {number} exitCode
 * @returns {StepError}
 */
function stopped(exitCode) {
  return new StepError("Set-up was stopped.", { remedy: "Run the command again to finish it.", exitCode });
}

/**
 * @param {string} output
 * @returns {string}
 */
function firstError(output) {
  const lines = output.split("\n").filter((line) => /^npm (error|ERR!) (?!code )/.test(line));
  return lines[0]?.replace(/^npm (error|ERR!) /, "") ?? "it gave no reason";
}

/**
 * What an installation depends on: the lock file and the machine, since packages bring programs for one system.
 *
 * @param {string} folder
 * @returns {string}
 */
function fingerprint(folder) {
  const hash = createHash("sha256").update(readFileSync(join(folder, "package-lock.json")));
  return `${hash.digest("hex")} ${process.platform} ${process.arch}\n`;
}

/**
 * Whether somebody's own `npm install` has put in place what the lock file lists.
 *
 * @param {string} folder
 * @returns {boolean}
 */
function isInstalledByHand(folder) {
  const hidden = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const installed = packagesIn(hidden);
  return Object.entries(packagesIn(join(folder, "package-lock.json"))).every(
    ([path, entry]) =>
      entry.optional === true || !path.includes("node_modules/") || installed[path]?.version === entry.version,
  );
}

/**
 * @param {string} folder
 * @returns {number}
 */
function countPackages(folder) {
  return Object.entries(packagesIn(join(folder, "package-lock.json"))).filter(
    ([path, entry]) =>
      path.includes("node_modules/") &&
      entry.link !== true &&
      (entry.os?.includes(process.platform) ?? true) &&
      (entry.cpu?.includes(process.arch) ?? true),
  ).length;
}

/**
 * @typedef {{ version?: string, optional?: boolean, link?: boolean, os?: string[], cpu?: string[] }} LockEntry
 * @param {string} file
 * @returns {Record<string, LockEntry>}
 */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}
