import { spawn } from "node:child_process";
import { constants } from "node:os";
import { UsageError } from "./failure.ts";

/** The exit code of a program that a command ran: the command's own. */
export class ChildExit extends Error {
  override name = "ChildExit";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`The program ended with exit code ${exitCode}.`);
    this.exitCode = exitCode;
  }
}

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a program on this terminal and resolves to its exit code, 128 plus the signal's number when a signal ended it.
 * Signals to this process are the program's to answer; this process goes on until it has ended.
 */
export async function runChildProgram(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const child = spawn(command, args, { stdio: "inherit", env: environment });
  const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const listeners = passedOn.map((signal) => {
    const listener = (): void => {
      // Ctrl-C on a terminal reaches every program in the foreground: passed on, it would count twice.
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
    const remedy = `Give a program of the PATH or the path of a file; for scripts and a shell's own commands, \`${shell}\` before them.`;
    return new UsageError(`There is no program ${JSON.stringify(command)}.`, remedy, { cause: error });
  }
  if (error.code === "EACCES") {
    const remedy = `Make it executable, or give the program that runs it: \`sh ${command}\`.`;
    return new UsageError(`${JSON.stringify(command)} cannot be executed.`, remedy, { cause: error });
  }
  return error;
}
