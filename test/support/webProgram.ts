import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type Platform, type PlatformMode, startPlatform } from "@latchkey/platform";
import { childEnvironment } from "./childEnvironment.ts";
import { clientProgram, unmodifiedProgram } from "./clientProgram.ts";

/**
 * A program that serves pages or an API, in a separate process, and the platform that it uses through its environment.
 */
export interface WebProgram {
  readonly origin: string;
  readonly platform: Platform;
  stop(): Promise<void>;
}

/** The platform's address for the program: under its own name, or under Microsoft's. */
export interface Addresses {
  readonly login: string;
  readonly graph: string;
}

/**
 * Starts a platform and a program of `test/clients/node/` that uses `webApplication.ts`.
 *
 * @param file such as `openIdClient.ts`
 * @param prepare registers what the program needs, and returns its settings for `readSettings`
 */
export async function startWebProgram(
  mode: PlatformMode,
  file: string,
  prepare: (platform: Platform, addresses: Addresses) => object,
): Promise<WebProgram> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-web-"));
  const platform = await startPlatform({ mode, certificateDirectory: folder });
  const { url } = platform;
  const own = { login: url, graph: url };
  const microsofts = { login: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com" };
  const settings = prepare(platform, mode === "own-host" ? own : microsofts);
  const [program = "", ...args] = clientProgram(`node/${file}`).command;
  const env = childEnvironment(platform.environment);
  const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  child.stdin.end(JSON.stringify(settings));
  const origin = await readOrigin(child.stdout);
  const stop = async () => {
    child.kill();
    await ended;
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  };
  if (origin !== undefined) {
    return { origin, platform, stop };
  }
  await stop();
  throw new Error(`${file} ended before it was listening`);
}

/** Some libraries print something too. */
async function readOrigin(output: Readable): Promise<string | undefined> {
  for await (const line of createInterface(output)) {
    if (URL.canParse(line)) {
      output.resume();
      return line;
    }
  }
  return undefined;
}

const { skipped } = unmodifiedProgram("node/");

/** The platform's modes, each with the reason why Node programs cannot be tested in it here, or an empty string. */
export const modes: readonly { readonly mode: PlatformMode; readonly reason: string }[] = [
  { mode: "own-host", reason: "" },
  { mode: "interception", reason: skipped === undefined ? "" : ` (skipped: ${skipped})` },
];
