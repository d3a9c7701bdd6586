import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runQuietly, wasStopped } from "../childProcess.js";
import { StepError } from "../steps.js";
import { aptGet, offerOf } from "./debianPackages.js";

/** What Debian 12 has; a later Debian has none. */
const version = "2.45.0";
const systemPython = "/usr/bin/python3";
const purpose = "bring Debian's Azure CLI";

/**
 * Azure CLI as Debian ships it, years older than the one on PyPI and still what `apt-get install` brings. Its packages
 * are unpacked into a folder and not installed: no rights are needed, and the machine stays as it is.
 *
 * @type {import("../testClients.js").TestClientLanguage}
 */
export const azureCliDebian = {
  language: "azureCliDebian",
  isLarge: true,
  command: (root) => paths(root).program,
  notHere: () => {
    const isOffered = offerOf("azure-cli").includes(`Candidate: ${version}`);
    return isOffered ? undefined : `only Debian 12 has the package azure-cli ${version}`;
  },
  missing: () => (existsSync(systemPython) ? undefined : "Debian's python3 is not installed"),
  setUp: (root) => {
    const { folder, packages, files, program, stamp } = paths(root);
    return {
      title: `Unpacking Debian's Azure CLI ${version}, 700 MB (first run only)`,
      isDone: () => existsSync(stamp),
      run: async () => {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(packages, { recursive: true });
        const wanted = await aptGet(["-s", "install", "--no-install-recommends", "azure-cli"], root, purpose);
        const names = wanted.split("\n").flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
        await aptGet(["download", ...names], packages, purpose);
        for (const file of readdirSync(packages)) await unpack(join(packages, file), files);
        rmSync(packages, { recursive: true });
        const modules = join(files, "usr", "lib", "python3", "dist-packages");
        const script = `#!/bin/sh\nPYTHONPATH='${modules}' exec ${systemPython} -m azure.cli "$@"\n`;
        writeFileSync(program, script, { mode: 0o755 });
        writeFileSync(stamp, "");
        return undefined;
      },
    };
  },
};

/**
 * @param {string} root
 */
function paths(root) {
  const folder = join(root, "test", "clients", "azureCliDebian", ".venv");
  return {
    folder,
    packages: join(folder, "packages"),
    files: join(folder, "files"),
    program: join(folder, "az"),
    stamp: join(folder, ".latchkey-installed"),
  };
}

/**
 * @param {string} file
 * @param {string} folder
 */
async function unpack(file, folder) {
  const result = await runQuietly("dpkg", ["-x", file, folder], { cwd: dirname(file) });
  if (result.code === 0) return;
  throw new StepError(`dpkg could not unpack ${file}.`, {
    output: result.output,
    remedy: "Check that there is room on the disk, then run the command again.",
    exitCode: wasStopped(result.code) ? result.code : 1,
  });
}
