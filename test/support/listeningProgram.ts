import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { expect } from "vitest";

/** A program that serves pages or an API, in a process of its own. */
export interface ListeningProgram {
  readonly origin: string;
  /** What it has said on its standard error so far; it may arrive after the answer to a request: `expect.poll` it. */
  readonly complaints: () => string;
  stop(): Promise<void>;
}

/** Starts a program that says its origin, a localhost one, on the first line. */
export async function startListeningProgram(
  command: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<ListeningProgram> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const [origin] = await Promise.race([once(createInterface(child.stdout), "line"), ended.then(() => [complaints])]);
  expect(origin).toMatch(/^http:\/\/localhost:\d+$/);
  return {
    origin: String(origin),
    complaints: () => complaints,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** A port of localhost that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "localhost");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
