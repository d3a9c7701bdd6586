import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { runProgram, runQuietly } from "../support/childProcess.js";
import { root } from "../setUp.js";

const node = process.execPath;

/** Runs a program under a process of its own, as `npm start` does. */
function startParent(childProgram: string): ReturnType<typeof spawn> {
  return startScript(`import { runProgram } from "../support/childProcess.js";
process.exitCode = await runProgram(process.execPath, ["--eval", ${JSON.stringify(childProgram)}], { cwd: "." });`);
}

function startScript(parent: string): ReturnType<typeof spawn> {
  return spawn(node, ["--input-type=module", "--eval", parent], { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
}

async function firstOutput(program: ReturnType<typeof spawn>): Promise<string> {
  const [chunk] = program.stdout === null ? [] : await once(program.stdout, "data");
  return String(chunk).trim();
}

describe("a program run for a person", () => {
  test("passes its exit code on", async () => {
    expect(await runProgram(node, ["--eval", "process.exit(7)"], { cwd: root })).toBe(7);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("is told about %s and may clean up", async (signal) => {
    const parent = startParent(
      `process.on("${signal}", () => process.exit(9)); setInterval(() => {}, 1000); console.log("ready");`,
    );
    expect(await firstOutput(parent)).toBe("ready");
    parent.kill(signal);
    expect(await once(parent, "exit")).toEqual([9, null]);
  });

  test("gives 128 plus the signal's number when a signal ended it", async () => {
    const parent = startParent(`setInterval(() => {}, 1000); console.log("ready");`);
    expect(await firstOutput(parent)).toBe("ready");
    parent.kill("SIGTERM");
    expect(await once(parent, "exit")).toEqual([143, null]);
  });
});

describe("a program run silently", () => {
  test("gives all it wrote", async () => {
    const result = await runQuietly(node, ["--eval", "console.log('out'); console.error('err')"], { cwd: root });
    expect(result).toMatchObject({ code: 0, stdout: "out\n" });
    expect(result.output).toContain("err");
  });

  test("counts as stopped when a signal came, even when it ended with another code as npm does", async () => {
    const parent = startScript(`import { runQuietly } from "../support/childProcess.js";
const child = 'process.on("SIGINT", () => process.exit(1)); setInterval(() => {}, 1000); process.kill(process.ppid, "SIGUSR2");';
process.on("SIGUSR2", () => console.log("ready"));
process.exitCode = (await runQuietly(process.execPath, ["--eval", child], { cwd: "." })).code;`);
    expect(await firstOutput(parent)).toBe("ready");
    parent.kill("SIGINT");
    expect(await once(parent, "exit")).toEqual([130, null]);
  });

  test("that does not exist is a failure, not an exception", async () => {
    expect(await runQuietly("latchkey-no-such-program", [], { cwd: root })).toMatchObject({ code: 127 });
  });
});
