import type { CliCommand } from "../command.ts";
import { refuseParentOptions } from "./refuseParentOptions.ts";

export const hosts: CliCommand = {
  register(platform, terminal) {
    platform
      .command("hosts")
      .summary("print hosts-file lines for programs that do not support proxies")
      .description(
        "Prints the lines that direct Microsoft's host names to this machine. Nothing is edited: add them to the hosts file " +
          "yourself, and remove them afterwards: while they are there, no program on this machine can reach Microsoft.",
      )
      .addHelpText(
        "after",
        `
The platform must then listen on port 443, and programs must trust the certificate file that it prints:
  latchkey platform --intercept --port 443`,
      )
      .action(async (_options: object, command) => {
        refuseParentOptions(command);
        const { hostsFileLines } = await import("@latchkey/platform");
        for (const line of hostsFileLines()) {
          terminal.out(line);
        }
        terminal.err("Nothing was changed. Add these lines to the hosts file, and remove them again afterwards.");
        terminal.err("Then start: latchkey platform --intercept --port 443");
      });
  },
};
