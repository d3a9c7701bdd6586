import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

// The vitest example is one of this suite's own files; this one needs the runner it is written for.
test("the node:test example passes", async () => {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const args = ["--conditions=@latchkey/source", "--test", "examples/nodeTest.ts"];
  const { stdout } = await run(process.execPath, args, { cwd: root, env: { ...env, NO_COLOR: "1" } });
  expect(stdout).toMatch(/pass 5\b[\s\S]*fail 0\b/);
}, 60_000);
