import { Interruption, type Terminal } from "../src/core/terminal.ts";
import { runProgram } from "../src/program.ts";

/** The result of a command line. */
export interface Recording {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** What {@link runCommand} takes besides the arguments. */
export interface RecordingOptions {
  readonly environment?: Record<string, string>;
  readonly standardInput?: string;
  /** The user's answer to a question; without it there is no terminal. */
  readonly answer?: string;
  /** Called with each line; `interrupt` is Ctrl-C. */
  readonly onOutput?: (line: string, interrupt: () => void) => void;
}

/** Runs a command line in this process, with a terminal that has no colour and records the output. */
export async function runCommand(args: readonly string[], options: RecordingOptions = {}): Promise<Recording> {
  const controller = new AbortController();
  const lines = { out: [] as string[], err: [] as string[] };
  const write = (stream: "out" | "err") => (text: string) => {
    lines[stream].push(text);
    options.onOutput?.(text, () => controller.abort(new Interruption("SIGINT")));
  };
  const terminal: Terminal = {
    out: write("out"),
    err: write("err"),
    style: (_format, text) => text,
    environment: options.environment ?? {},
    readStandardInput: async () => options.standardInput ?? "",
    ask: async (question) => {
      lines.err.push(question);
      return options.answer;
    },
    interrupted: controller.signal,
  };
  const exitCode = await runProgram(args, terminal);
  return { exitCode, out: lines.out.join("\n"), err: lines.err.join("\n") };
}
