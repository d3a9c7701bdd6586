import { spawn } from "node:child_process";
import { constants } from "node:os";

/** @typedef {{ cwd: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} Options */
/** @typedef {{ code: number, stdout: string, output: string }} Ended how a program ended, with what it wrote */

/** @type {readonly NodeJS.Signals[]} */
const forwardedSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program and resolves to its exit code: 128 plus the signal's number if a signal ended it, 127 if it could not be
 * started. The program writes to this terminal, or with `quiet` into `stdout` and, together with standard error, `output`.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Options} options
 * @returns {Promise<Ended>}
 */
export function run(program, args, { cwd, env = process.env, quiet = false }) {
  // On Windows, only a shell can start anything other than an .exe, such as npm.cmd.
  const shell = process.platform === "win32" && !program.endsWith(".exe");
  const child = spawn(program, args, { cwd, env, shell, stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit" });
  let [stdout, output] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  // A terminal sends Ctrl-C to the whole process group; forwarding it would deliver it twice.
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  /** @type {(signal: NodeJS.Signals) => void} */
  const forward = (signal) => void ((signal !== "SIGINT" || !atTerminal) && child.kill(signal));
  forwardedSignals.forEach((signal) => void process.on(signal, forward));
  return new Promise((resolve) => {
    /** @type {(code: number, message?: string) => void} */
    const end = (code, message = "") => {
      forwardedSignals.forEach((signal) => void process.off(signal, forward));
      resolve({ code, stdout, output: output + message });
    };
    child.once("error", (error) => end(127, `${error.message}\n`));
    child.once("close", (code, signal) => end(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}

/** @type {typeof run} */
export const runQuietly = (program, args, options) => run(program, args, { ...options, quiet: true });

/** Runs the npm that started this script, or else the one on the PATH.
 * @param {readonly string[]} args
 * @param {Options} options
 */
export function npm(args, options) {
  const script = process.env["npm_execpath"] ?? "";
  return script.endsWith("npm-cli.js") ? run(process.execPath, [script, ...args], options) : run("npm", args, options);
}
