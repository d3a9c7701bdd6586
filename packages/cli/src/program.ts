import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { commands } from "./commands/commands.ts";
import { ChildExit } from "./core/childProgram.ts";
import { describeFailure, printFailure } from "./core/failure.ts";
import { Interruption, type Terminal } from "./core/terminal.ts";

/** Runs the command line and resolves to the exit code: 0, 1 for a failure, 2 for wrong usage, 130 after Ctrl-C. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : 2;
    }
    if (error instanceof ChildExit) {
      return error.exitCode;
    }
    if (terminal.interrupted.aborted && terminal.interrupted.reason instanceof Interruption) {
      return terminal.interrupted.reason.exitCode;
    }
    printFailure(terminal, describeFailure(error), args.includes("--json"));
    return 1;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command("latchkey")
    .description(
      "Gets tokens from the Microsoft identity platform for programs, and runs that platform on your own machine.",
    )
    .version(version(), "-V, --version", "print the version")
    // Options belong to the command before them: `platform exec` leaves those of its program alone.
    .enablePositionalOptions()
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .showHelpAfterError("(add --help for the options and examples)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  for (const command of commands) {
    command.register(program, terminal);
  }
  for (const command of program.commands) {
    inheritOutput(command, program);
  }
  return program;
}

function inheritOutput(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) {
    inheritOutput(child, command);
  }
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { version: unknown }).version);
}
