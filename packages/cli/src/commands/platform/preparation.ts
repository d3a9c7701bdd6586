import { readFileSync } from "node:fs";
import type { FaultRule } from "@latchkey/platform";
import { type Command, InvalidArgumentError } from "commander";
import type { Terminal } from "../../core/terminal.ts";

/** The options that set a platform's initial data and its faults. */
export interface Preparation {
  readonly seed?: string;
  readonly fault?: readonly FaultRule[];
  readonly throttling?: boolean;
}

const faultExample = "endpoint=token,status=503,count=2";

/** Adds the options that prepare a platform for tests. */
export function addPreparationOptions(command: Command): Command {
  return command
    .option("--seed <file>", "add the users and applications in a YAML or JSON file")
    .option("--fault <rule>", `make requests fail, such as ${faultExample}; or @file.json; repeatable`, addFaults)
    .option("--throttling", "let Graph count what requests cost, as documented, and return 429 beyond the limit");
}

/** Says where another platform runs on the same data: each sees and makes the other's changes. */
export async function reportOtherPlatform(folder: string, terminal: Terminal): Promise<void> {
  const { findRunningPlatform } = await import("@latchkey/platform");
  const other = findRunningPlatform(folder);
  if (other !== undefined) {
    terminal.err(
      `Another platform runs on the same data at ${other.url}: both use its keys and change the same directory. ` +
        "Choose another folder with --data-dir, or use --memory, to keep them apart.",
    );
  }
}

/** Returns the options for `startPlatform`, which validates the fault rules. */
export function preparationOptions({ seed, fault, throttling }: Preparation): {
  readonly seed: string | undefined;
  readonly faults: readonly FaultRule[];
  readonly throttling: boolean | undefined;
} {
  return { seed, faults: fault ?? [], throttling };
}

function addFaults(text: string, earlier: readonly FaultRule[] = []): readonly FaultRule[] {
  return [...earlier, ...(text.startsWith("@") ? readFaultFile(text.slice(1)) : [readFault(text)])];
}

function readFaultFile(path: string): readonly FaultRule[] {
  try {
    const value: FaultRule | readonly FaultRule[] = JSON.parse(readFileSync(path, "utf8"));
    return [value].flat();
  } catch (cause) {
    throw new InvalidArgumentError(`Cannot read fault rules from ${path}: ${(cause as Error).message}.`);
  }
}

function readFault(text: string): FaultRule {
  const fields = text.split(",").map((part): [string, string | number] => {
    const equals = part.indexOf("=");
    if (equals < 1) {
      throw new InvalidArgumentError(`"${part}" is not name=value. Write a rule as ${faultExample}.`);
    }
    const value = part.slice(equals + 1).trim();
    return [part.slice(0, equals).trim(), /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
  });
  return Object.fromEntries(fields);
}
