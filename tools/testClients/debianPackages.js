import { spawnSync } from "node:child_process";
import { runQuietly, wasStopped } from "../childProcess.js";
import { inCi } from "../ci.js";
import { StepError } from "../steps.js";

/** A machine of CI's has no list of Debian's packages when it is new; it is fetched once. */
let isListed = false;

/**
 * Whether Debian's packages may be installed here: on a machine of CI's, by root. A person's machine is left alone.
 *
 * @returns {boolean}
 */
export function mayInstall() {
  return inCi() && process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0;
}

/**
 * What the machine's lists say of a package; empty where there are none.
 *
 * @param {string} name
 * @returns {string}
 */
export function offerOf(name) {
  if (!isListed && mayInstall()) {
    isListed = true;
    spawnSync("apt-get", ["update"]);
  }
  return spawnSync("apt-cache", ["policy", name], { encoding: "utf8" }).stdout ?? "";
}

/**
 * @param {string} name
 * @param {string} cwd
 */
export async function install(name, cwd) {
  const candidate = /Candidate: (\S+)/.exec(offerOf(name))?.[1];
  const wanted = candidate === undefined ? name : `${name}=${candidate}`;
  await aptGet(["install", "--yes", "--no-install-recommends", wanted], cwd, `install ${name}`);
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {string} purpose
 * @returns {Promise<string>} what it printed
 */
export async function aptGet(args, cwd, purpose) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const result = await runQuietly("apt-get", args, { cwd, env });
  if (result.code === 0) return result.stdout;
  throw new StepError(`apt-get could not ${purpose}.`, {
    output: result.output,
    remedy: "Check the network and run `apt-get update`, then run the command again.",
    exitCode: wasStopped(result.code) ? result.code : 1,
  });
}
