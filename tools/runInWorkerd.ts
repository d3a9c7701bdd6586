import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import type { runQuietly } from "./childProcess.js";

/**
 * Bundles the suite as a Worker is bundled, serves it by workerd with a compatibility date, asks it once, and resolves to
 * what it answered.
 */
export async function runInWorkerd(
  program: string,
  folder: string,
  date: string,
): Promise<Awaited<ReturnType<typeof runQuietly>>> {
  await build({
    absWorkingDir: folder,
    entryPoints: ["worker.js"],
    outfile: "worker.bundle.js",
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    logLevel: "silent",
  });
  await writeFile(join(folder, "date.txt"), date);
  const server = spawn(program, ["serve", "--control-fd=3", join(folder, "workerd.capnp")], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const closed = once(server, "close").catch(() => undefined);
  try {
    const response = await fetch(`http://127.0.0.1:${await listeningPort(server)}/`);
    const answer = await response.text();
    return { code: response.ok ? 0 : 1, stdout: answer, output: `${output}${answer}\n` };
  } catch (error) {
    return { code: 1, stdout: "", output: `${output}${error}\n` };
  } finally {
    server.kill();
    await closed;
  }
}

/** The port that workerd chose: it tells by a line of JSON on the file descriptor that it was given for it. */
async function listeningPort(server: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: server.stdio[3] as Readable })) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number };
    if (event === "listen" && port !== undefined) return port;
  }
  throw new Error("workerd ended before it listened");
}
