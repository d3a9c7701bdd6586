import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { root } from "../setUp.js";
import { run, runQuietly } from "../support/childProcess.js";

const node = process.execPath;

/** Runs a program from a separate process, as `npm start` does. */
function startParent(childProgram: string): ReturnType<typeof spawn> {
  const parent = `import { run } from "./tools/support/childProcess.js";
process.exitCode = (await run(process.execPath, ["--eval", ${JSON.stringify(childProgram)}], { cwd: "." })).code;`;
  return spawn(node, ["--input-type=module", "--eval", parent], { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
}

async function firstOutput(program: ReturnType<typeof spawn>): Promise<string> {
  const [chunk] = program.stdout === null ? [] : await once(program.stdout, "data");
  return String(chunk).trim();
}

describe("a program run on the terminal", () => {
  test("returns its exit code", async () => {
    expect(await run(node, ["--eval", "process.exit(7)"], { cwd: root })).toMatchObject({ code: 7 });
  });

  test.each(["SIGINT", "SIGTERM"] as const)("receives %s and may clean up", async (signal) => {
    const parent = startParent(
      `process.on("${signal}", () => process.exit(9)); setInterval(() => {}, 1000); console.log("ready");`,
    );
    expect(await firstOutput(parent)).toBe("ready");
    parent.kill(signal);
    expect(await once(parent, "exit")).toEqual([9, null]);
  });

  test("returns 128 plus the signal's number if a signal ended it", async () => {
    const parent = startParent(`setInterval(() => {}, 1000); console.log("ready");`);
    expect(await firstOutput(parent)).toBe("ready");
    parent.kill("SIGTERM");
    expect(await once(parent, "exit")).toEqual([143, null]);
  });
});

describe("a program run quietly", () => {
  test("returns all its output", async () => {
    const result = await runQuietly(node, ["--eval", "console.log('out'); console.error('err')"], { cwd: root });
    expect(result).toMatchObject({ code: 0, stdout: "out\n" });
    expect(result.output).toContain("err");
  });

  test("returns a failure instead of throwing if it does not exist", async () => {
    expect(await runQuietly("latchkey-no-such-program", [], { cwd: root })).toMatchObject({ code: 127 });
  });
});
