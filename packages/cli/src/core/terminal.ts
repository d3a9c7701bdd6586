import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";

/** Where a command reads and writes: the process's own streams, or a test's. */
export interface Terminal {
  /** Writes to standard output: the command's result and nothing else. */
  out(text: string): void;
  /** Writes to standard error: progress, advice, failures. */
  err(text: string): void;
  /** Styles text for standard error; returns it unchanged if that is not a terminal or colour is disabled. */
  style(format: "bold" | "dim" | "green" | "red" | "yellow" | "cyan", text: string): string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readStandardInput(): Promise<string>;
  /** Resolves to the user's answer; `undefined` if there is no terminal. */
  ask(question: string): Promise<string | undefined>;
  /** Aborted by Ctrl-C or a termination signal; the reason says which. */
  readonly interrupted: AbortSignal;
}

/** The signal that ended a command, as the reason of {@link Terminal.interrupted}. */
export class Interruption extends Error {
  override name = "Interruption";
  /** 128 plus the signal's number, as in shells. */
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`Stopped by ${signal}.`);
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

/** The terminal of this process. A second Ctrl-C ends the process at once. */
export function processTerminal(): Terminal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => controller.abort(new Interruption(signal)));
  }
  // A reader that closes the pipe early (`| head`) is not a failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      throw error;
    }
    process.exit(0);
  });
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    style: (format, text) => styleText(format, text, { stream: process.stderr }),
    environment: process.env,
    interrupted: controller.signal,
    readStandardInput: async () => {
      let text = "";
      for await (const chunk of process.stdin.setEncoding("utf8")) {
        text += chunk;
      }
      return text;
    },
    ask: async (question) => {
      if (!process.stdin.isTTY) {
        return undefined;
      }
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      return lines.question(question, { signal: controller.signal }).finally(() => lines.close());
    },
  };
}

/** Removes what could control a terminal from text of unknown origin; line breaks and tabs stay. */
export function withoutEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}
