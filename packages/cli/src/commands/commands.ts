import { apply } from "./apply.ts";
import { certificate } from "./certificate.ts";
import type { CliCommand } from "./command.ts";
import { exportCommand } from "./export.ts";
import { platform } from "./platform.ts";
import { quickstart } from "./quickstart.ts";
import { run } from "./run.ts";

/** All commands, in the order in which help lists them. */
export const commands: readonly CliCommand[] = [quickstart, run, platform, apply, exportCommand, certificate];
