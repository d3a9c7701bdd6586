import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import type { runQuietly } from "../support/childProcess.js";

/** How a program ended, with what it wrote. */
export type Ended = Awaited<ReturnType<typeof runQuietly>>;

/**
 * Bundles the suite as Workers are bundled, serves it by workerd with a compatibility date, and resolves to its report: of
 * one request, then of 20 rounds of 2 to 5 requests at once.
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
  const args = ["serve", "--control-fd=3", join(folder, "workerd.capnp")];
  const server = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const closed = once(server, "close").catch(() => undefined);
  try {
    const origin = `http://127.0.0.1:${await listeningPort(server.stdio[3] as Readable)}`;
    const report = (await fetchJson(origin)) as { readonly passed: string[]; readonly failed: string[] };
    const failed = new Set(report.failed);
    for (let round = 0; round < 20; round++) {
      const requests = Array.from({ length: 2 + (round % 4) }, () => fetchJson(`${origin}/at-once`));
      ((await Promise.all(requests)) as string[][]).flat().forEach((each) => void failed.add(each));
    }
    const stdout = JSON.stringify({ passed: [...report.passed, "requests at once"], failed: [...failed] });
    return { code: 0, stdout, output: stdout };
  } catch (error) {
    return { code: 1, stdout: "", output: String(error) };
  } finally {
    server.kill();
    await closed;
  }
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url} returned ${response.status}: ${await response.text()}`);
  }
  return response.json();
}

/** The port that workerd chose, from the line of JSON that it writes to its control file descriptor. */
async function listeningPort(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number };
    if (event === "listen" && port !== undefined) {
      return port;
    }
  }
  throw new Error("workerd ended before it was listening");
}
