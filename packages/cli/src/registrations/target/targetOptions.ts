import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { stateDirectory } from "../../core/stateDirectory.ts";
import type { Terminal } from "../../core/terminal.ts";
import { localTarget, type Target, tenantTarget } from "./target.ts";

/** The options that select the directory a command works on. */
export interface TargetOptions {
  readonly dataDir?: string;
  readonly tenant?: string;
  readonly graph: string;
}

export function addTargetOptions(command: Command): Command {
  const dataDirectory = new Option(
    "--data-dir <folder>",
    "the local platform that uses this data (default: that of latchkey platform)",
  );
  return command
    .addOption(dataDirectory.conflicts("tenant"))
    .option("--tenant <id>", "use a tenant in Microsoft's cloud instead of the local platform", readTenant)
    .option("--graph <url>", "the tenant's Microsoft Graph", readUrl, "https://graph.microsoft.com/v1.0/");
}

export function openTarget({ tenant, graph, dataDir }: TargetOptions, terminal: Terminal): Promise<Target> {
  if (tenant !== undefined) {
    return tenantTarget(tenant, graph, terminal);
  }
  return localTarget(resolve(dataDir ?? stateDirectory(terminal.environment)), terminal.interrupted);
}

function readTenant(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
    return text;
  }
  throw new InvalidArgumentError("Use the tenant's id, a GUID.");
}

function readUrl(text: string): string {
  if (URL.canParse(text)) {
    return text;
  }
  throw new InvalidArgumentError("Use an address such as https://graph.microsoft.com/v1.0/.");
}
