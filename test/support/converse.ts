import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/**
 * Runs a program that prints one line of JSON, waits for a user, and prints another line. Returns the second line.
 *
 * @param answer what the user does; a string that it returns is typed into the program
 */
export async function converse<ClientLine>(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  response: (line: ClientLine) => Promise<string | undefined>,
): Promise<unknown> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env: environment, stdio: "pipe" });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const ended = once(child, "close");
  const lines: unknown[] = [];
  try {
    for await (const line of createInterface(child.stdout)) {
      lines.push(JSON.parse(line));
      if (lines.length === 1) {
        child.stdin.end(await response(lines[0] as ClientLine));
      }
    }
  } catch (error) {
    // Otherwise it would poll for a quarter of an hour.
    child.kill();
    throw error;
  }
  const [exitCode] = await ended;
  if (exitCode !== 0) {
    throw new Error(complaints);
  }
  return lines[1];
}
