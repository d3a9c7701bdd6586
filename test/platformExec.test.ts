import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { latchkey } from "./support/latchkey.ts";
import type { RunOptions } from "./support/runProgram.ts";

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "latchkey-exec-"));
});
afterEach(() => rm(temporary, { recursive: true, force: true }));

/** Runs a Node program under `platform exec`, with a folder of its own for temporary files. */
function run(script: string, options: RunOptions = {}) {
  return latchkey(["platform", "exec", "--memory", "--", process.execPath, "-e", script], {
    environment: { TMPDIR: temporary, TEMP: temporary },
    ...options,
  });
}

describe("a program under latchkey platform exec", () => {
  it("has standard output and error to itself", async () => {
    expect(await run("console.log('mine'); console.error('mine, too')")).toEqual({
      exitCode: 0,
      out: "mine\n",
      err: "mine, too\n",
    });
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("is told about %s, and its answer counts", async (signal) => {
    const script = `setTimeout(() => {}, 60_000); process.on("${signal}", () => process.exit(9)); console.log("ready")`;
    expect((await run(script, { onOutput: (_, latchkey) => latchkey.kill(signal) })).exitCode).toBe(9);
  });

  it("ends as shells report it when it does not listen to a signal", async () => {
    const script = "setTimeout(() => {}, 60_000); console.log('ready')";
    expect((await run(script, { onOutput: (_, latchkey) => latchkey.kill("SIGINT") })).exitCode).toBe(130);
  });

  it("leaves no file behind", async () => {
    const { out } = await run("console.log(require('fs').readdirSync(process.env.TMPDIR ?? process.env.TEMP).length)");
    expect(Number(out)).toBe(1);
    expect(await readdir(temporary)).toEqual([]);
  });
});
