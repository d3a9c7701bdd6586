import { join, resolve } from "node:path";
import type { Platform } from "@latchkey/platform";
import { InvalidArgumentError, Option } from "commander";
import { stateDirectory } from "../core/stateDirectory.ts";
import type { Terminal } from "../core/terminal.ts";
import type { CliCommand } from "./command.ts";
import { commandName, quoted } from "./commandName.ts";
import { requireNewFile, writeDaemon } from "./platform/daemon.ts";
import { describeEvent } from "./platform/describeEvent.ts";
import { exec } from "./platform/exec.ts";
import { hosts } from "./platform/hosts.ts";
import {
  addPreparationOptions,
  type Preparation,
  preparationOptions,
  reportOtherPlatform,
} from "./platform/preparation.ts";

/** The subcommands of `platform`. */
const subcommands: readonly CliCommand[] = [exec, hosts];

interface PlatformOptions extends Preparation {
  readonly port?: number;
  readonly intercept?: boolean;
  readonly memory?: boolean;
  readonly dataDir?: string;
  readonly daemon?: string;
  readonly json?: boolean;
}

export const platform: CliCommand = {
  register(program, terminal) {
    const command = program
      .command("platform")
      .summary("start the local identity platform and keep it running")
      .description("Starts a local stand-in for the Microsoft identity platform: token service, Graph, admin consent.")
      .option("--port <number>", "the port to listen on (default: 8443, or the first free one above it)", readPort)
      .option(
        "--intercept",
        "also answer under Microsoft's host names, for programs with the printed environment variables",
      )
      .addOption(
        new Option(
          "--memory",
          "discard the directory's data at the end; the certificate authority stays, for programs that trust it",
        ).conflicts("dataDir"),
      )
      .option("--data-dir <folder>", "store the data here (default: the system's folder for application data)")
      .option("--daemon <file>", "register a daemon with consent and write its parameters file, for latchkey run")
      .option("--json", "print one line of JSON when ready, then one for each event")
      .addHelpText(
        "after",
        `
Ctrl-C stops it. Each request is printed as it is answered, with the reason for the answer.

Example:
  latchkey platform --daemon parameters.json
  latchkey run parameters.json     in another terminal

For tests in any language, with the control API in the ready line:
  latchkey platform --memory --json --seed seed.yaml --fault endpoint=token,status=503,count=1`,
      )
      .action((options: PlatformOptions) => runPlatform(options, terminal));
    addPreparationOptions(command);
    for (const each of subcommands) {
      each.register(command, terminal);
    }
  },
};

async function runPlatform(options: PlatformOptions, terminal: Terminal): Promise<void> {
  const { startPlatform } = await import("@latchkey/platform");
  const json = options.json ?? false;
  const folder = resolve(options.dataDir ?? stateDirectory(terminal.environment));
  if (options.daemon !== undefined) {
    await requireNewFile(options.daemon);
  }
  if (!options.memory) {
    await reportOtherPlatform(folder, terminal);
  }
  const platform = await startPlatform({
    ...(options.port === undefined ? { firstPort: 8443 } : { port: options.port }),
    mode: options.intercept ? "interception" : "own-host",
    certificateDirectory: folder,
    ...(options.memory ? {} : { dataDirectory: folder }),
    ...preparationOptions(options),
    onEvent: (event) => (json ? terminal.out(JSON.stringify(event)) : terminal.err(describeEvent(event, terminal))),
  });
  try {
    const addresses = addressesOf(platform, folder, options.intercept ?? false);
    if (options.daemon !== undefined) {
      await writeDaemon(platform, addresses, options.daemon);
    }
    if (json) {
      terminal.out(JSON.stringify(readyLine(platform, addresses)));
    } else {
      printIntroduction(platform, addresses, folder, options, terminal);
    }
    await new Promise<void>((resolve) => {
      if (terminal.interrupted.aborted) {
        resolve();
      } else {
        terminal.interrupted.addEventListener("abort", () => resolve(), { once: true });
      }
    });
    if (!json) {
      terminal.err("Stopping.");
    }
  } finally {
    await platform.stop();
  }
}

interface Addresses {
  readonly authority: string;
  readonly graph: string;
  readonly caFile: string;
}

/** The addresses at which programs find the platform: its own, or Microsoft's. */
function addressesOf({ url, tenant, environment }: Platform, folder: string, isIntercepting: boolean): Addresses {
  const own = join(folder, "ca-certificate.pem");
  if (!isIntercepting) {
    return { authority: `${url}/${tenant.id}`, graph: `${url}/v1.0`, caFile: own };
  }
  return {
    authority: `https://login.microsoftonline.com/${tenant.id}`,
    graph: "https://graph.microsoft.com/v1.0",
    caFile: environment["NODE_EXTRA_CA_CERTS"] ?? own,
  };
}

function readyLine(platform: Platform, { authority, graph, caFile }: Addresses): object {
  const { url, tenant, environment, seeded } = platform;
  const control = { url: controlUrl(platform), token: platform.controlToken };
  return { type: "ready", url, authority, graph, tenant, caFile, environment, control, seeded };
}

function controlUrl({ url }: Platform): string {
  return `${url}/_latchkey`;
}

function printIntroduction(
  platform: Platform,
  { authority, graph, caFile }: Addresses,
  folder: string,
  options: PlatformOptions,
  terminal: Terminal,
): void {
  const { url, tenant } = platform;
  const row = (name: string, value: string): void => terminal.out(`  ${name.padEnd(16)} ${value}`);
  terminal.out(`The local identity platform is ready at ${url}`);
  terminal.out("");
  row("authority", authority);
  row("Graph", graph);
  row("tenant", `${tenant.displayName}, ${tenant.domain}`);
  row("administrator", tenant.administrator.userPrincipalName);
  row("password", tenant.administrator.password);
  row("CA certificate", caFile);
  row(
    "data",
    options.memory ? `in memory, discarded at the end; the certificate authority stays in ${folder}` : folder,
  );
  if (options.daemon !== undefined) {
    row("daemon", describeDaemon(options.daemon, options, terminal));
  }
  row("control API", controlUrl(platform));
  row("control token", platform.controlToken);
  for (const { name, clientId, secrets } of platform.seeded.applications) {
    row("application", `${name}, client id ${clientId}`);
    for (const { displayName, value } of secrets) {
      row("", `secret ${displayName}, shown only once: ${value}`);
    }
  }
  terminal.out("");
  terminal.out("For programs that should trust it (set before they start):");
  for (const [name, value] of Object.entries(platform.environment)) {
    terminal.out(`  ${assignment(name, value)}`);
  }
  terminal.out("");
  terminal.out("Ctrl-C stops it. Requests follow.");
}

/** Describes the daemon's file and the command that runs it, ready to be copied. */
function describeDaemon(file: string, { dataDir, intercept }: PlatformOptions, terminal: Terminal): string {
  const option = dataDir === undefined || intercept ? "" : ` --data-dir ${quoted(dataDir)}`;
  const command = `${commandName(terminal)} run${option} ${quoted(file)}`;
  return `${file} (contains its secret; ${intercept ? "with the variables below, run" : "try"}: ${command})`;
}

function assignment(name: string, value: string): string {
  // An empty value means that the variable must not be set.
  if (process.platform === "win32" && value === "") {
    return `$env:${name} = $null`;
  }
  if (process.platform === "win32") {
    return `$env:${name} = '${value.replaceAll("'", "''")}'`;
  }
  if (value === "") {
    return `unset ${name}`;
  }
  return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) {
    return port;
  }
  throw new InvalidArgumentError("Give a port from 1 to 65535.");
}
