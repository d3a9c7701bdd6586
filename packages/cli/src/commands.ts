import type { Command } from "commander";
import { certificate } from "./commands/certificate.ts";
import { platform } from "./commands/platform.ts";
import { quickstart } from "./commands/quickstart.ts";
import { run } from "./commands/run.ts";
import type { Terminal } from "./terminal.ts";

/** A command: adds itself to the program. Its action throws on failure; the program prints and sets the exit code. */
export interface CliCommand {
  register(program: Command, terminal: Terminal): void;
}

/** Every command, in the order of the help. */
export const commands: readonly CliCommand[] = [quickstart, run, platform, certificate];
