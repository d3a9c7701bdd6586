import { apply } from "./apply.ts";
import { certificate } from "./certificate.ts";
import type { CliCommand } from "./command.ts";
import { exportCommand } from "./export.ts";
import { platform } from "./platform.ts";
import { quickstart } from "./quickstart.ts";
import { run } from "./run.ts";

/** Every command, in the order of the help. */
export const commands: readonly CliCommand[] = [quickstart, run, platform, apply, exportCommand, certificate];
