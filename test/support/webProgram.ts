import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { childEnvironment } from "./childEnvironment.ts";
import { clientProgram } from "./clientProgram.ts";

/** A program that serves pages or an API, in a process of its own. */
export interface WebProgram {
  readonly origin: string;
  stop(): Promise<void>;
}

/**
 * Starts a program of `test/clients/node/` that uses `webApplication.ts`.
 *
 * @param file such as `openIdClient.ts`
 * @param settings what it reads with `readSettings`
 * @param environment variables that lead it to a platform and make it trust it
 */
export async function startWebProgram(
  file: string,
  settings: object,
  environment: Readonly<Record<string, string>>,
): Promise<WebProgram> {
  const [program = "", ...args] = clientProgram(`node/${file}`).command;
  const child = spawn(program, args, { env: childEnvironment(environment), stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  child.stdin.end(JSON.stringify(settings));
  const first = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  if (first.done === true) throw new Error(`${file} ended before it listened`);
  return {
    origin: first.value,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
