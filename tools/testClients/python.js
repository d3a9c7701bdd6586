import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runQuietly, wasStopped } from "../childProcess.js";
import { StepError } from "../steps.js";

/**
 * Python clients: a virtual environment beside the programs, with the packages that requirements.txt pins.
 *
 * @type {import("../testClients.js").TestClientLanguage}
 */
export const python = {
  language: "python",
  command: (root) => paths(root).interpreter,
  missing: () => {
    const machine = machinePython();
    return typeof machine === "string" ? undefined : machine.reason;
  },
  setUp: (root) => {
    const { environment, interpreter, requirements, stamp } = paths(root);
    const wanted = () => createHash("sha256").update(readFileSync(requirements)).digest("hex");
    return {
      title: "Installing the Python clients (first run only)",
      isDone: () => existsSync(interpreter) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted(),
      run: async () => {
        const machine = machinePython();
        if (typeof machine !== "string") throw failure(machine.reason, { code: 1, output: "" });
        rmSync(environment, { recursive: true, force: true });
        const made = await runQuietly(machine, ["-m", "venv", environment], { cwd: root });
        if (made.code !== 0) throw failure("Python could not make a virtual environment.", made);
        const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", requirements];
        const installed = await runQuietly(interpreter, pip, { cwd: root });
        if (installed.code !== 0) throw failure("pip could not install the Python clients.", installed);
        writeFileSync(stamp, wanted());
        return undefined;
      },
    };
  },
};

/**
 * @param {string} root
 */
function paths(root) {
  const folder = join(root, "test", "clients", "python");
  const environment = join(folder, ".venv");
  const windows = process.platform === "win32";
  return {
    environment,
    interpreter: join(environment, windows ? "Scripts" : "bin", windows ? "python.exe" : "python"),
    requirements: join(folder, "requirements.txt"),
    stamp: join(environment, ".latchkey-installed"),
  };
}

/**
 * The machine's Python, with the module that makes virtual environments (Debian ships it apart).
 *
 * @returns {string | { reason: string }}
 */
function machinePython() {
  const probe = "import ensurepip, sys, venv; print(sys.executable if sys.version_info >= (3, 10) else '')";
  let reason = "there is no python3 on the PATH";
  for (const name of ["python3", "python"]) {
    const answer = spawnSync(name, ["-c", probe], { encoding: "utf8", windowsHide: true });
    if (answer.error !== undefined) continue;
    const path = answer.stdout.trim();
    if (answer.status === 0 && path !== "") return path;
    reason =
      answer.status === 0
        ? `${name} is older than 3.10, which the pinned packages need`
        : `${name} has no venv module (Debian: install the package python3-venv)`;
  }
  return { reason };
}

/**
 * @param {string} message
 * @param {{ code: number, output: string }} result
 * @returns {StepError}
 */
function failure(message, result) {
  return new StepError(message, {
    output: result.output,
    remedy: "Check the network and the Python installation, then run the command again.",
    exitCode: wasStopped(result.code) ? result.code : 1,
  });
}
