import type { Command } from "commander";
import type { Terminal } from "../core/terminal.ts";

/**
 * A command. It adds itself to the program; its action throws on failure, and the program prints the error and sets the
 * exit code.
 */
export interface CliCommand {
  register(program: Command, terminal: Terminal): void;
}
