import { spawn } from "node:child_process";

const graceMs = 3_000;

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program on this terminal and resolves to its exit code; 128 plus the signal's number when a signal ended it.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export function runProgram(program, args, options) {
  const child = spawn(program, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: "inherit" });
  const stopListening = passSignalsOn(child);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      stopListening();
      reject(error);
    });
    child.once("exit", (code, signal) => {
      stopListening();
      resolve(code ?? exitCodeOfSignal(signal));
    });
  });
}

/**
 * Runs a program silently and resolves to its exit code and everything it wrote.
 *
 * When a signal came meanwhile the code is 128 plus its number, whatever the program made of it: npm ends with 1, after
 * undoing for half a minute what the next run does over, so it gets three seconds.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, shell?: boolean }} options
 * @returns {Promise<{ code: number, stdout: string, output: string }>} `output` is standard output and error, interleaved
 */
export function runQuietly(program, args, options) {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    shell: options.shell ?? false,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  const stopListening = passSignalsOn(child, graceMs);
  return new Promise((resolve) => {
    child.once("error", (error) => {
      stopListening();
      resolve({ code: 127, stdout, output: `${output}${error.message}\n` });
    });
    // What a killed program had started may hold its output open, so then its own end counts.
    child.once("exit", () => {
      const received = stopListening();
      if (received !== undefined) resolve({ code: exitCodeOfSignal(received), stdout, output });
    });
    child.once("close", (code, signal) => resolve({ code: code ?? exitCodeOfSignal(signal), stdout, output }));
  });
}

/**
 * Tells whether an exit code means that a person or a supervisor stopped the program.
 *
 * @param {number} code
 * @returns {boolean}
 */
export function wasStopped(code) {
  return code === 130 || code === 143 || code === 129;
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {number} [killAfterMs] kills the program when it has not ended so long after a signal
 * @returns {() => NodeJS.Signals | undefined} ends it and tells which signal came, if any
 */
function passSignalsOn(child, killAfterMs) {
  // A terminal sends Ctrl-C to the whole process group: passing it on too would look like an impatient second one.
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  /** @type {NodeJS.Signals | undefined} */
  let received;
  /** @type {(signal: NodeJS.Signals) => void} */
  const listener = (signal) => {
    received = signal;
    if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs).unref();
    if (signal !== "SIGINT" || !atTerminal) child.kill(signal);
  };
  for (const signal of passedOn) process.on(signal, listener);
  return () => {
    for (const signal of passedOn) process.off(signal, listener);
    return received;
  };
}

/**
 * @param {NodeJS.Signals | null} signal
 * @returns {number}
 */
function exitCodeOfSignal(signal) {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  return 128 + (numbers[/** @type {keyof typeof numbers} */ (signal)] ?? 9);
}
