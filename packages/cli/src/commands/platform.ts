import { join } from "node:path";
import type { Platform, PlatformEvent } from "@latchkey/platform";
import { InvalidArgumentError } from "commander";
import type { CliCommand } from "../commands.ts";
import { stateDirectory } from "../stateDirectory.ts";
import { type Terminal, withoutEscapes } from "../terminal.ts";

interface PlatformOptions {
  readonly port?: number;
  readonly memory?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
}

export const platform: CliCommand = {
  register(program, terminal) {
    program
      .command("platform")
      .summary("start the local identity platform and keep it running")
      .description("Starts a local stand-in for the Microsoft identity platform: token service, Graph, admin consent.")
      .option("--port <number>", "the port to listen on (default: 8443, or the first free one above it)", readPort)
      .option("--memory", "forget everything at the end")
      .option("--data-dir <folder>", "keep the data here (default: the system's folder for such data)")
      .option("--json", "print one line of JSON when ready, then one for each event")
      .addHelpText(
        "after",
        `
Ctrl-C stops it. Requests are reported as they come, with the reason for each answer.

Example:
  latchkey platform --memory
  latchkey run parameters.json     in another terminal, with the authority that is printed`,
      )
      .action((options: PlatformOptions) => keepRunning(options, terminal));
  },
};

async function keepRunning(options: PlatformOptions, terminal: Terminal): Promise<void> {
  const { startPlatform } = await import("@latchkey/platform");
  const json = options.json ?? false;
  const folder = options.dataDir ?? stateDirectory(terminal.environment);
  const platform = await startPlatform({
    ...(options.port === undefined ? { firstPort: 8443 } : { port: options.port }),
    certificateDirectory: folder,
    ...(options.memory ? {} : { dataDirectory: folder }),
    onEvent: (event) => (json ? terminal.out(JSON.stringify(event)) : terminal.err(describeEvent(event, terminal))),
  });
  try {
    const authorityFile = join(folder, "ca-certificate.pem");
    if (json) terminal.out(JSON.stringify(readyLine(platform, authorityFile)));
    else introduce(platform, authorityFile, options.memory ? undefined : folder, terminal);
    await new Promise<void>((resolve) => {
      if (terminal.interrupted.aborted) resolve();
      else terminal.interrupted.addEventListener("abort", () => resolve(), { once: true });
    });
    if (!json) terminal.err("Stopping.");
  } finally {
    await platform.stop();
  }
}

function readyLine({ url, tenant, environment }: Platform, caFile: string): object {
  return { type: "ready", url, authority: `${url}/${tenant.id}`, graph: `${url}/v1.0`, tenant, caFile, environment };
}

function introduce(platform: Platform, caFile: string, folder: string | undefined, terminal: Terminal): void {
  const { url, tenant } = platform;
  const row = (name: string, value: string): void => terminal.out(`  ${name.padEnd(16)} ${value}`);
  terminal.out(`The local identity platform is ready at ${url}`);
  terminal.out("");
  row("authority", `${url}/${tenant.id}`);
  row("Graph", `${url}/v1.0`);
  row("tenant", `${tenant.displayName}, ${tenant.domain}`);
  row("administrator", tenant.administrator.userPrincipalName);
  row("password", tenant.administrator.password);
  row("CA certificate", caFile);
  row("data", folder ?? "in memory: gone at the end");
  terminal.out("");
  terminal.out("For programs that are to trust it (set before they start):");
  for (const [name, value] of Object.entries(platform.environment)) terminal.out(`  ${assignment(name, value)}`);
  terminal.out("");
  terminal.out("Ctrl-C stops it. Requests follow.");
}

function assignment(name: string, value: string): string {
  if (process.platform === "win32") return `$env:${name} = '${value.replaceAll("'", "''")}'`;
  return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}

function describeEvent(event: PlatformEvent, terminal: Terminal): string {
  const colour = event.status >= 400 ? "red" : "green";
  const time = terminal.style("dim", new Date(event.time).toISOString().slice(11, 19));
  return `${time} ${terminal.style(colour, String(event.status))} ${withoutEscapes(event.why)}`;
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("Give a port from 1 to 65535.");
}
