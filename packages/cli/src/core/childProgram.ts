import { spawn } from "node:child_process";
import { constants } from "node:os";
import { UsageError } from "./failure.ts";

/** The exit code of a child program, which becomes the command's own. */
export class ChildExit extends Error {
  override name = "ChildExit";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`The program ended with exit code ${exitCode}.`);
    this.exitCode = exitCode;
  }
}

const forwardedSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a program on this terminal and resolves to its exit code, or to 128 plus the signal's number if a signal ended
 * it. Signals to this process are forwarded to the program; this process continues until the program has ended.
 */
export async function runChildProgram(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const child = spawn(command, args, { stdio: "inherit", env: environment });
  const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const listeners = forwardedSignals.map((signal) => {
    const listener = (): void => {
      // On a terminal, Ctrl-C reaches every foreground program; forwarding it would deliver it twice.
      if (signal !== "SIGINT" || !onTerminal) {
        child.kill(signal);
      }
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => reject(describeFailure(error, command)));
      child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    for (const stopListening of listeners) {
      stopListening();
    }
  }
}

function describeFailure(error: NodeJS.ErrnoException, command: string): Error {
  if (error.code === "ENOENT") {
    const shell = process.platform === "win32" ? "cmd /c" : "sh -c";
    const remedy = `Use a program on the PATH or the path of a file; for scripts and shell commands, add \`${shell}\` before them.`;
    return new UsageError(`There is no program ${JSON.stringify(command)}.`, remedy, { cause: error });
  }
  if (error.code === "EACCES") {
    const remedy = `Make it executable, or use the program that runs it: \`sh ${command}\`.`;
    return new UsageError(`${JSON.stringify(command)} cannot be executed.`, remedy, { cause: error });
  }
  return error;
}
