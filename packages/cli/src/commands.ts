import type { CliCommand } from "./command.ts";
import { apply } from "./commands/apply.ts";
import { certificate } from "./commands/certificate.ts";
import { exportCommand } from "./commands/export.ts";
import { platform } from "./commands/platform.ts";
import { quickstart } from "./commands/quickstart.ts";
import { run } from "./commands/run.ts";

/** Every command, in the order of the help. */
export const commands: readonly CliCommand[] = [quickstart, run, platform, apply, exportCommand, certificate];
