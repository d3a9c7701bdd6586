import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import type { runQuietly } from "../support/childProcess.js";

/** How a program ended, with what it wrote. */
export type Ended = Awaited<ReturnType<typeof runQuietly>>;

/** How often several requests come at once, 2 to 5 of them. */
const rounds = 20;

/**
 * Bundles the suite as a Worker is bundled, serves it by workerd with a compatibility date, asks it once, then in rounds of
 * several requests at once, and resolves to what it answered.
 */
export async function runInWorkerd(program: string, folder: string, date: string): Promise<Ended> {
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
    const origin = `http://127.0.0.1:${await listeningPort(server)}`;
    const response = await fetch(origin);
    const answer = response.ok ? await withRounds(origin, await response.json()) : await response.text();
    return { code: response.ok ? 0 : 1, stdout: answer, output: `${output}${answer}\n` };
  } catch (error) {
    return { code: 1, stdout: "", output: `${output}${error}\n` };
  } finally {
    server.kill();
    await closed;
  }
}

/** The suite's report with what failed of the requests that came at once. */
async function withRounds(origin: string, report: unknown): Promise<string> {
  const { passed, failed } = report as { readonly passed: string[]; readonly failed: string[] };
  const troubles = new Set(failed);
  for (let round = 0; round < rounds; round++) {
    const responses = Array.from({ length: 2 + (round % 4) }, async () => {
      const response = await fetch(`${origin}/at-once`);
      return response.ok
        ? ((await response.json()) as string[])
        : [`at once: ${response.status} ${await response.text()}`];
    });
    for (const each of (await Promise.all(responses)).flat()) {
      troubles.add(each);
    }
  }
  return JSON.stringify({ passed: [...passed, "requests at once"], failed: [...troubles] });
}

/** The port that workerd chose: it tells by a line of JSON on the file descriptor that it was given for it. */
async function listeningPort(server: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: server.stdio[3] as Readable })) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number };
    if (event === "listen" && port !== undefined) {
      return port;
    }
  }
  throw new Error("workerd ended before it listened");
}
