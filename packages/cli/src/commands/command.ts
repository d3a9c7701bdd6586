import type { Command } from "commander";
import type { Terminal } from "../core/terminal.ts";

/** A command: adds itself to the program. Its action throws on failure; the program prints and sets the exit code. */
export interface CliCommand {
  register(program: Command, terminal: Terminal): void;
}
