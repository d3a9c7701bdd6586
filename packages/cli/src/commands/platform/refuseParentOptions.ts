import type { Command } from "commander";
import { UsageError } from "../../core/failure.ts";

/** Refuses options between `platform` and a subcommand, which would be parsed but have no effect. */
export function refuseParentOptions(command: Command): void {
  const [first] = Object.keys(command.parent?.opts() ?? {});
  if (first === undefined) {
    return;
  }
  const option = command.parent?.options.find((each) => each.attributeName() === first)?.long ?? first;
  throw new UsageError(
    `${option} before ${command.name()} has no effect.`,
    `Put the options of ${command.name()} after it; \`latchkey platform ${command.name()} --help\` lists them.`,
  );
}
