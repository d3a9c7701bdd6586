import type { Command } from "commander";
import { UsageError } from "../../core/failure.ts";

/** Options between `platform` and a command below it would be read and have no effect. */
export function refuseParentOptions(command: Command): void {
  const [first] = Object.keys(command.parent?.opts() ?? {});
  if (first === undefined) {
    return;
  }
  const option = command.parent?.options.find((each) => each.attributeName() === first)?.long ?? first;
  throw new UsageError(
    `${option} stands before ${command.name()} and would have no effect there.`,
    `Put the options of ${command.name()} behind it; \`latchkey platform ${command.name()} --help\` lists them.`,
  );
}
