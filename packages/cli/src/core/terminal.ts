import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";

/** Where a command reads and writes: the process's own streams, or a test's. */
export interface Terminal {
  /** Standard output: what the command was asked for, and nothing else. */
  out(text: string): void;
  /** Standard error: progress, advice, failures. */
  err(text: string): void;
  /** Decorates text for standard error; plain where that is no terminal or colour is not wanted. */
  style(format: "bold" | "dim" | "green" | "red" | "yellow" | "cyan", text: string): string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readStandardInput(): Promise<string>;
  /** What a person answers; `undefined` where there is none to ask. */
  ask(question: string): Promise<string | undefined>;
  /** Aborted by Ctrl-C or a termination signal; the reason says which. */
  readonly interrupted: AbortSignal;
}

/** The signal that ended a command, as the reason of {@link Terminal.interrupted}. */
export class Interruption extends Error {
  override name = "Interruption";
  /** 128 + the signal's number, as shells report it. */
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`Stopped by ${signal}.`);
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

/** The terminal of this process. The second Ctrl-C ends it at once. */
export function processTerminal(): Terminal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => controller.abort(new Interruption(signal)));
  }
  // A reader that has seen enough (`| head`) is no failure.
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

/** Text from elsewhere without what could steer a terminal; line breaks and tabs stay. */
export function withoutEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}
