import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's lock files, by path. */
export const lockFiles = ["package-lock.json", "runtimes/package-lock.json", "tools/compilers/package-lock.json"];

const systems = ["darwin", "win32", "linux", "android", "freebsd", "openbsd", "netbsd", "sunos", "aix", "openharmony"];
const processors = ["arm64", "x64", "ia32", "arm", "ppc64", "s390x", "riscv64", "loong64", "mips64el", "wasm32"];

/**
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 * @property {Record<string, string>} [optionalDependencies]
 *
 * @typedef {{ packages: Record<string, LockEntry> }} LockFile
 */

/**
 * Returns a lock file that names every optional package, also those a registry hides from this system.
 *
 * npm records nothing for a package it gets no answer about, and `npm ci` then refuses the lock file. The names of such
 * packages say which system and processor they are for. An entry made here has no checksum: a lock file written where
 * nothing is hidden is better, and leaves nothing to add.
 *
 * @param {LockFile} lock
 * @returns {{ lock: LockFile, added: string[] }}
 */
export function completeLockFile(lock) {
  const entries = { ...lock.packages };
  const added = [];
  for (const [path, owner] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(owner.optionalDependencies ?? {})) {
      if (isResolved(entries, path, name, range)) continue;
      const atRoot = `node_modules/${name}`;
      entries[entries[atRoot] === undefined ? atRoot : `${path}/${atRoot}`] = {
        version: range.replace(/^[\^~]/, ""),
        ...machineOf(name),
        ...(owner.dev === true ? { dev: true } : {}),
        optional: true,
      };
      added.push(name);
    }
  }
  const sorted = Object.entries(entries).sort(([a], [b]) => a.localeCompare(b, "en"));
  return { lock: added.length === 0 ? lock : { ...lock, packages: Object.fromEntries(sorted) }, added };
}

/**
 * Looks where Node would: in the owner's own node_modules, then in each folder above it.
 *
 * @param {Record<string, LockEntry>} entries
 * @param {string} owner
 * @param {string} name
 * @param {string} range
 * @returns {boolean}
 */
function isResolved(entries, owner, name, range) {
  for (let at = owner; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const found = entries[at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`];
    if (found !== undefined && (!/^\d/.test(range) || found.version === range)) return true;
    if (at === "") return false;
  }
}

/**
 * @param {string} name
 * @returns {Pick<LockEntry, "os" | "cpu" | "libc">}
 */
function machineOf(name) {
  const words = name.split(/[-/]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  const libc = words.some((word) => word.startsWith("musl"))
    ? "musl"
    : os === "linux" && words.some((word) => word.startsWith("gnu"))
      ? "glibc"
      : undefined;
  return {
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
    ...(os === undefined ? {} : { os: [os] }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of lockFiles) {
    const file = join(fileURLToPath(new URL("..", import.meta.url)), name);
    const { lock, added } = completeLockFile(JSON.parse(readFileSync(file, "utf8")));
    if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
    process.stdout.write(`${added.length} entries added to ${name}${added.map((each) => `\n  ${each}`).join("")}\n`);
  }
}
