import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runQuietly, wasStopped } from "../childProcess.js";
import { StepError } from "../steps.js";

/**
 * Programs in Python: a virtual environment beside them, with the packages that requirements.txt pins.
 *
 * @param {object} options
 * @param {string} options.language the folder's name
 * @param {string} options.packages what is installed, for a person who waits
 * @param {string} options.program what tests run, without `.exe`
 * @param {boolean} [options.isLarge] whether a person has to ask for it
 * @param {readonly string[]} [options.pipOptions]
 * @returns {import("../testClients.js").TestClientLanguage}
 */
export function virtualEnvironment({ language, packages, program, isLarge = false, pipOptions = [] }) {
  return {
    language,
    isLarge,
    command: (root) => paths(root, language, program).program,
    missing: () => {
      const machine = machinePython();
      return typeof machine === "string" ? undefined : machine.reason;
    },
    setUp: (root) => {
      const { environment, interpreter, requirements, stamp } = paths(root, language, program);
      const wanted = () => createHash("sha256").update(readFileSync(requirements)).digest("hex");
      return {
        title: `Installing ${packages} (first run only)`,
        isDone: () => existsSync(interpreter) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted(),
        run: async () => {
          const machine = machinePython();
          if (typeof machine !== "string") throw failure(machine.reason, { code: 1, output: "" });
          rmSync(environment, { recursive: true, force: true });
          const made = await runQuietly(machine, ["-m", "venv", environment], { cwd: root });
          if (made.code !== 0) throw failure("Python could not make a virtual environment.", made);
          const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", ...pipOptions];
          const installed = await runQuietly(interpreter, [...pip, "-r", requirements], { cwd: root });
          if (installed.code !== 0) throw failure(`pip could not install ${packages}.`, installed);
          writeFileSync(stamp, wanted());
          return undefined;
        },
      };
    },
  };
}

/**
 * @param {string} root
 * @param {string} language
 * @param {string} program
 */
function paths(root, language, program) {
  const folder = join(root, "test", "clients", language);
  const environment = join(folder, ".venv");
  const windows = process.platform === "win32";
  const inEnvironment = (/** @type {string} */ name) =>
    join(environment, windows ? "Scripts" : "bin", windows ? `${name}.exe` : name);
  return {
    environment,
    interpreter: inEnvironment("python"),
    program: inEnvironment(program),
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
