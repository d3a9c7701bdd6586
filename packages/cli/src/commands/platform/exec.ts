import type { PlatformEvent } from "@latchkey/platform";
import { ChildExit, runChildProgram } from "../../core/childProgram.ts";
import { stateDirectory } from "../../core/stateDirectory.ts";
import type { Terminal } from "../../core/terminal.ts";
import type { CliCommand } from "../command.ts";
import { describeEvent } from "./describeEvent.ts";
import { addHostOptions, checkHostOptions, type HostOptions, hostEnvironment } from "./managedIdentity.ts";
import { addPreparationOptions, type Preparation, preparationOptions, reportOtherPlatform } from "./preparation.ts";
import { refuseParentOptions } from "./refuseParentOptions.ts";

interface ExecOptions extends Preparation, HostOptions {
  readonly memory?: boolean;
  readonly dataDir?: string;
  readonly verbose?: boolean;
}

export const exec: CliCommand = {
  register(platform, terminal) {
    const exec = platform
      .command("exec")
      .summary("run an unmodified program against the local platform")
      .description(
        "Starts the local platform under Microsoft's own host names, runs a program that its environment variables direct there " +
          "(proxy and certificates), and ends with the program's exit code. The program needs no change: its authority " +
          "stays https://login.microsoftonline.com. Meanwhile it can reach no other https host, except on this machine; with " +
          "the managed identity of imds no other plain http host either, because 169.254.169.254 is directed here too.",
      )
      .argument("<program>", "the program to run")
      .argument("[arguments...]", "its arguments")
      .usage("[options] -- <program> [arguments...]")
      .option("--memory", "discard all data at the end")
      .option("--data-dir <folder>", "store the data here (default: as `latchkey platform`)")
      .option("--verbose", "report each request and the reason for its answer on standard error")
      .passThroughOptions()
      .addHelpText(
        "after",
        `
This works for programs that use the variables HTTPS_PROXY and one of NODE_EXTRA_CA_CERTS (Node 24, or 22.21 and newer),
REQUESTS_CA_BUNDLE (Python), SSL_CERT_FILE (OpenSSL; Go and .NET on Linux), CURL_CA_BUNDLE, JAVA_TOOL_OPTIONS.
For others, see \`latchkey platform hosts\`.

Examples:
  latchkey platform exec -- python daemon.py parameters.json
  latchkey platform exec --verbose -- az login --service-principal ...
  latchkey platform exec --managed-identity imds -- node app.js
  latchkey platform exec -- bash`,
      )
      .action((program: string, args: string[], options: ExecOptions, command) => {
        refuseParentOptions(command);
        checkHostOptions(options);
        return execute(program, args, options, terminal);
      });
    addHostOptions(exec);
    addPreparationOptions(exec);
  },
};

async function execute(
  program: string,
  args: readonly string[],
  options: ExecOptions,
  terminal: Terminal,
): Promise<void> {
  const { startPlatform } = await import("@latchkey/platform");
  const refused: PlatformEvent[] = [];
  const folder = options.dataDir ?? stateDirectory(terminal.environment);
  if (!options.memory) {
    await reportOtherPlatform(folder, terminal);
  }
  const platform = await startPlatform({
    mode: "interception",
    ...(options.memory ? {} : { dataDirectory: folder }),
    ...preparationOptions(options),
    onEvent: (event) => {
      if (options.verbose) {
        terminal.err(describeEvent(event, terminal));
      }
      if (event.status >= 400) {
        refused.push(event);
      }
    },
  });
  try {
    terminal.interrupted.throwIfAborted();
    const variables = { ...platform.environment, ...(await hostEnvironment(platform, options)) };
    const exitCode = await runChildProgram(program, args, environmentFor(terminal, variables));
    if (exitCode === 0) {
      return;
    }
    const last = refused.at(-1);
    if (last !== undefined && !options.verbose) {
      terminal.err(
        terminal.style("dim", "latchkey: the last request that the local platform refused (all: --verbose):"),
      );
      terminal.err(describeEvent(last, terminal));
    }
    throw new ChildExit(exitCode);
  } finally {
    await platform.stop();
  }
}

/**
 * Returns the user's environment with the platform's variables; an empty value of the platform's removes a variable.
 */
function environmentFor(
  { environment }: Terminal,
  platform: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const merged: Record<string, string | undefined> = { ...environment };
  for (const [name, value] of Object.entries(platform)) {
    if (value === "") {
      delete merged[name];
    } else {
      merged[name] = value;
    }
  }
  // JVM options accumulate, and the last one of a kind wins.
  const javaOptions = [environment["JAVA_TOOL_OPTIONS"], platform["JAVA_TOOL_OPTIONS"]];
  merged["JAVA_TOOL_OPTIONS"] = javaOptions.filter(Boolean).join(" ");
  return merged;
}
