import type { CliCommand } from "../command.ts";
import { refuseParentOptions } from "./refuseParentOptions.ts";

export const hosts: CliCommand = {
  register(platform, terminal) {
    platform
      .command("hosts")
      .summary("print hosts-file lines for programs that know no proxy")
      .description(
        "Prints the lines that lead Microsoft's names to this machine. Nothing is edited: put them into the hosts file " +
          "yourself, and take them out again, since no program on the machine reaches Microsoft while they are there.",
      )
      .addHelpText(
        "after",
        `
The platform has to listen on port 443 then, and programs have to trust the certificate file that it names:
  latchkey platform --intercept --port 443`,
      )
      .action(async (_options: object, command) => {
        refuseParentOptions(command);
        const { hostsFileLines } = await import("@latchkey/platform");
        for (const line of hostsFileLines()) {
          terminal.out(line);
        }
        terminal.err("Nothing was changed. Put these lines into the hosts file, and take them out again afterwards.");
        terminal.err("Then start: latchkey platform --intercept --port 443");
      });
  },
};
