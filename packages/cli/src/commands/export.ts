import { type Terminal, withoutEscapes } from "../core/terminal.ts";
import { exportManifest } from "../registrations/export/exportManifest.ts";
import { tokenVariable } from "../registrations/target/target.ts";
import { addTargetOptions, openTarget, type TargetOptions } from "../registrations/target/targetOptions.ts";
import type { CliCommand } from "./command.ts";

interface ExportOptions extends TargetOptions {
  readonly clientIds?: boolean;
  readonly json?: boolean;
}

export const exportCommand: CliCommand = {
  register(program, terminal) {
    const command = program
      .command("export")
      .summary("write a manifest of a directory's applications")
      .description(
        "Prints a manifest of all applications in a directory, for latchkey apply or as a seed of the platform. It contains no secrets.",
      )
      .option("--client-ids", "include client ids, for a seed: Graph cannot set them")
      .option("--json", "print JSON instead of YAML")
      .addHelpText(
        "after",
        `
For a tenant, provide an access token for Microsoft Graph in the variable ${tokenVariable} or on standard
input. It needs Application.Read.All and Directory.Read.All. What a manifest cannot express is listed on standard error.

Example:
  latchkey export > registration.yaml`,
      )
      .action((options: ExportOptions) => printManifest(options, terminal));
    addTargetOptions(command);
  },
};

async function printManifest(options: ExportOptions, terminal: Terminal): Promise<void> {
  const { graph } = await openTarget(options, terminal);
  const { seed, notes } = await exportManifest(graph, options.clientIds ?? false, terminal.interrupted);
  for (const note of notes) {
    terminal.err(`${terminal.style("yellow", "Not exported:")} ${withoutEscapes(note)}`);
  }
  const { formatSeed } = await import("@latchkey/platform");
  terminal.out(options.json === true ? JSON.stringify(seed) : (await formatSeed(seed)).trimEnd());
}
