import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** Replaces this process's own variables. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Called whenever the program has written something, with all its output so far. */
  readonly onOutput?: (output: Pick<Ended, "out" | "err">, child: { kill(signal: NodeJS.Signals): boolean }) => void;
}

/** Runs a program until it ends, without a terminal. */
export async function runProgram(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { environment = process.env, onOutput } = options;
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", err: "" };
  const listen = (name: keyof typeof output, chunk: string): void => {
    output[name] += chunk;
    onOutput?.(output, child);
  };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => listen("out", chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => listen("err", chunk));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode: exitCode ?? -1, ...output };
}
