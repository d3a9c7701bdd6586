import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Step, StepError } from "./steps.js";
import { builtProgram } from "./testClients/builtProgram.js";

let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "latchkey-built-"));
  folder = join(root, "test", "clients", "cobol");
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "src", "main"), "first");
});
afterEach(() => rm(root, { recursive: true, force: true }));

function setUp(builder: string): Step {
  const cobol = builtProgram({
    language: "cobol",
    name: "Cobol",
    sources: ["src"],
    output: "out",
    built: "program",
    builder: [process.execPath, "-e", builder],
    missing: () => undefined,
  });
  return cobol.setUp(root);
}

const copy = "require('fs').copyFileSync('src/main', 'out/program')";

describe("the set-up of a compiled client", () => {
  it("builds once", async () => {
    expect(setUp(copy).isDone()).toBe(false);
    await setUp(copy).run();
    expect(readFileSync(join(folder, "out", "program"), "utf8")).toBe("first");
    expect(setUp(copy).isDone()).toBe(true);
  });

  it("builds again when a source has changed", async () => {
    await setUp(copy).run();
    writeFileSync(join(folder, "src", "main"), "second");
    expect(setUp(copy).isDone()).toBe(false);
    await setUp(copy).run();
    expect(readFileSync(join(folder, "out", "program"), "utf8")).toBe("second");
  });

  it("is not done after a build that failed, and shows what the builder wrote", async () => {
    const failing = setUp(`${copy}; console.error('no such verb'); process.exit(1)`);
    const error: StepError = await failing.run().then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error.output).toContain("no such verb");
    expect(error.remedy).toContain("Cobol");
    expect(failing.isDone()).toBe(false);
  });
});
