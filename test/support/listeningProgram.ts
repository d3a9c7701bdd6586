import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { expect } from "vitest";

/** A program that serves pages or an API, in a separate process. */
export interface ListeningProgram {
  readonly origin: string;
  /** Its standard error so far; text may arrive after the response to a request: use `expect.poll`. */
  readonly complaints: () => string;
  stop(): Promise<void>;
}

/** Starts a program that prints its origin, on localhost, as the first line. */
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

/** Returns a localhost port without a listener. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "localhost");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
