import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { setUpTestClient, type TestClient } from "../support/testClients.ts";

/** Runs a script as a language's set-up, in a separate folder. */
async function setUp(root: string, script: string): Promise<TestClient> {
  await mkdir(join(root, "cobol"), { recursive: true });
  await writeFile(join(root, "cobol", "setUp.sh"), script);
  return setUpTestClient(join(root, "cobol"), join(root, "cache", "cobol"), "run-cobol");
}

/** The machine that runs these tests must not affect them. */
beforeEach(() => void vi.stubEnv("CI", ""));
afterEach(() => void vi.unstubAllEnvs());

describe.skipIf(process.platform === "win32")("the set-up of a language of test clients", () => {
  test("runs its script beside its sources with the folder to fill and the command for its programs", () =>
    inTemporaryFolder(async (root) => {
      const script = 'test -f setUp.sh && echo "$2" > "$1/made"';
      expect(await setUp(root, script)).toEqual({ kind: "ready", command: "run-cobol" });
      expect(await readFile(join(root, "cache", "cobol", "made"), "utf8")).toBe("run-cobol\n");
    }));

  test.each([
    [1, "failed"],
    [3, "the machine lacks what it takes"],
    [4, "the system cannot have it"],
  ])("is skipped with its last line of output when it exits with %i: it %s", (code) =>
    inTemporaryFolder(async (root) => {
      const script = `echo first; echo "no such verb" >&2; exit ${code}`;
      expect(await setUp(root, script)).toEqual({ kind: "missing", reason: "no such verb" });
    }),
  );

  test("is a failure in CI, unless the system cannot have it", () =>
    inTemporaryFolder(async (root) => {
      vi.stubEnv("CI", "true");
      await expect(setUp(root, "echo no compiler; exit 3")).rejects.toThrow("no compiler");
      await expect(setUp(root, "exit 1")).rejects.toThrow("cobol");
      expect(await setUp(root, "exit 4")).toMatchObject({ kind: "missing" });
    }));
});
