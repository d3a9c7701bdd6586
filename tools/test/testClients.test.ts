import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import type { Language } from "../testClients/languages.ts";
import { setUpTestClient } from "../testClients/testClients.ts";

const copy = "require('fs').copyFileSync('source', 'out/program')";

/** A language whose compiler copies its source, in a folder of its own. */
async function cobol(cwd: string, script = copy, changes: Partial<Language> = {}): Promise<Language> {
  await mkdir(join(cwd, "source.d"), { recursive: true });
  return {
    name: "cobol",
    command: join(cwd, "out", "program"),
    probe: [process.execPath, "--version"],
    needs: "Cobol",
    cwd,
    folder: join(cwd, "out"),
    sources: ["source", "source.d"],
    commands: [[process.execPath, "-e", script]],
    ...changes,
  };
}

/** What the machine that runs these tests is must not decide them. */
beforeEach(() => void vi.stubEnv("CI", ""));
afterEach(() => void vi.unstubAllEnvs());

describe("the set-up of test clients", () => {
  it("installs once, and again when a source has changed", () =>
    inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, "source"), "first");
      const language = await cobol(folder);
      expect(await setUpTestClient(language)).toMatchObject({ kind: "ready", command: join(folder, "out", "program") });
      expect(await readFile(language.command, "utf8")).toBe("first");
      const never: Language = { ...language, commands: [["latchkey-no-such-program"]] };
      expect(await setUpTestClient(never)).toMatchObject({ kind: "ready" });
      await writeFile(join(folder, "source"), "second");
      await setUpTestClient(language);
      expect(await readFile(language.command, "utf8")).toBe("second");
      await writeFile(join(folder, "source.d", "more"), "third");
      expect(await setUpTestClient(never)).toMatchObject({ kind: "missing" });
    }));

  it("is not done after an installation that failed, and gives the last thing it said as the reason", () =>
    inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, "source"), "first");
      const failing = await cobol(folder, `${copy}; console.error('no such verb'); process.exit(1)`);
      expect(await setUpTestClient(failing)).toMatchObject({
        reason: expect.stringMatching(/could not install it: no such verb$/),
      });
      expect(await setUpTestClient(failing)).toMatchObject({ kind: "missing" });
    }));

  it("says what a machine lacks, which is a failure in CI unless nobody can have it", () =>
    inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, "source"), "first");
      const lacking = await cobol(folder, copy, { probe: ["latchkey-no-such-program"] });
      const missing = { kind: "missing", reason: "it needs Cobol" };
      expect(await setUpTestClient(lacking)).toEqual(missing);
      vi.stubEnv("CI", "true");
      await expect(setUpTestClient(lacking)).rejects.toThrow("it needs Cobol");
      expect(await setUpTestClient({ ...lacking, isOptional: true })).toEqual(missing);
    }));
});
