import { spawn } from "node:child_process";
import { constants } from "node:os";

/** @typedef {{ cwd: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} Options */
/** @typedef {{ code: number, stdout: string, output: string }} Ended how a program ended, with what it wrote */

/**
 * Runs a program to its end and resolves to its exit code: 128 plus the signal's number when a signal ended it, 127 when
 * it could not be started. It writes to this terminal, or with `quiet` into `stdout` and, interleaved with standard
 * error, into `output`.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Options} options
 * @returns {Promise<Ended>}
 */
export function run(program, args, { cwd, env = process.env, quiet = false }) {
  // Windows starts what is no .exe, such as npm.cmd, only through a shell.
  const shell = process.platform === "win32" && !program.endsWith(".exe");
  const child = spawn(program, args, { cwd, env, shell, stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit" });
  let stdout = "";
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  // A terminal sends Ctrl-C to the whole process group: passing it on too would look like an impatient second one.
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  /** @type {(signal: NodeJS.Signals) => void} */
  const passOn = (signal) => {
    if (signal !== "SIGINT" || !atTerminal) {
      child.kill(signal);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, passOn);
  }
  return new Promise((resolve) => {
    /** @type {(code: number, message?: string) => void} */
    const end = (code, message = "") => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.off(signal, passOn);
      }
      resolve({ code, stdout, output: output + message });
    };
    child.once("error", (error) => end(127, `${error.message}\n`));
    child.once("close", (code, signal) => end(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}

/** @type {typeof run} */
export function runQuietly(program, args, options) {
  return run(program, args, { ...options, quiet: true });
}

/**
 * Runs the npm that runs this script, on the Node that runs it; the one on the PATH elsewhere.
 *
 * @param {readonly string[]} args
 * @param {Options} options
 */
export function npm(args, options) {
  const script = process.env["npm_execpath"] ?? "";
  return script.endsWith("npm-cli.js") ? run(process.execPath, [script, ...args], options) : run("npm", args, options);
}
