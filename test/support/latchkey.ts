import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** How the command line is run from its sources. */
const latchkeyProgram: readonly [string, ...string[]] = [
  process.execPath,
  "--conditions=@latchkey/source",
  "--disable-warning=ExperimentalWarning",
  fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url)),
];

export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface LatchkeyOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Called once, with the first output. */
  readonly onOutput?: (process: { kill(signal: NodeJS.Signals): boolean }) => void;
}

/** Runs `latchkey` as a process of its own, without a terminal. */
export async function latchkey(args: readonly string[], options: LatchkeyOptions = {}): Promise<Ended> {
  const [node, ...before] = latchkeyProgram;
  const child = spawn(node, [...before, ...args], {
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    if (text.out === "") options.onOutput?.(child);
    text.out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text.err += chunk;
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode: exitCode ?? -1, ...text };
}
